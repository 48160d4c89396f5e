import type { CatalogObject } from '../../../metadata/catalog.ts';
import { ViewIndex } from '../views/view-index.ts';
import { createView, type View } from '../views/view.ts';
import { sightOf } from '../cursor.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Audience } from '../delivery/audience.ts';
import { interestKey } from '../delivery/change.ts';
import type { Leg, Listener, StandingRows } from '../delivery/listener.ts';

/** All views that somebody listens to. */
export class Views {
  readonly #byKey = new Map<string, View>();
  readonly #byObject = new Map<string, ViewIndex>();

  get size(): number {
    return this.#byKey.size;
  }

  /** The views of an object, where there are any. */
  of(object: string): ViewIndex | undefined {
    return this.#byObject.get(object);
  }

  /** Objects whose changes concern some view. */
  objects(): Iterable<string> {
    const names = new Set(this.#byObject.keys());
    for (const view of this.asked()) for (const name of view.dependencies) names.add(name);
    return names;
  }

  *asked(): Iterable<View> {
    for (const index of this.#byObject.values()) yield* index.asked;
  }

  /** The view of these rows; it is kept once somebody listens. */
  find({ object, filter, viewKey }: StandingRows, { catalog }: RequestContext): View {
    return this.#byKey.get(viewKey) ?? createView(object, filter, catalog);
  }

  enter(listener: Listener, view: View, { viewKey, reader, fields, audienceKey }: StandingRows): Leg {
    if (view.audiences.size === 0) this.#keep(view);
    let audience = view.audiences.get(audienceKey);
    if (!audience) {
      const { interest, form } = listener.wish;
      audience = {
        key: audienceKey, sight: sightOf([{ viewKey, fields }]), reader, fields, interest, listeners: new Set(), last: undefined,
        form: `${form}\n${reader.key}`, lens: `${view.object.name} ${fields.key} ${interestKey(interest)}`,
      };
      view.audiences.set(audienceKey, audience);
    }
    audience.listeners.add(listener);
    return { view, audience };
  }

  leave(listener: Listener): void {
    if (listener.legs.length === 0) return;
    listener.subscriber.part();
    for (const { view, audience } of listener.legs) {
      audience.listeners.delete(listener);
      if (audience.listeners.size > 0) continue;
      this.#drop(view, audience);
    }
    listener.legs = [];
  }

  #drop(view: View, audience: Audience): void {
    view.audiences.delete(audience.key);
    if (view.audiences.size > 0) return;
    const index = this.#byObject.get(view.object.name);
    this.#byKey.delete(view.key);
    index?.delete(view);
    if (index?.size === 0) this.#byObject.delete(view.object.name);
  }

  #keep(view: View): void {
    this.#byKey.set(view.key, view);
    const index = this.#byObject.get(view.object.name) ?? this.#indexOf(view.object);
    index.add(view);
  }

  #indexOf(object: CatalogObject): ViewIndex {
    const index = new ViewIndex(object);
    this.#byObject.set(object.name, index);
    return index;
  }
}
