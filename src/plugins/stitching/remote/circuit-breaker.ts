/** Leaves a service alone that failed several times in a row; after a while one request tries again. */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #openMs: number;
  #inARow = 0;
  #closedUntil = 0;

  constructor({ failures, openMs }: { readonly failures: number; readonly openMs: number }) {
    this.#failures = failures;
    this.#openMs = openMs;
  }

  /** Whether a request may be sent now. The one that tries again keeps the others waiting for its end. */
  mayTry(now = Date.now()): boolean {
    if (this.#inARow < this.#failures) return true;
    if (now < this.#closedUntil) return false;
    this.#closedUntil = now + this.#openMs;
    return true;
  }

  succeeded(): void {
    this.#inARow = 0;
  }

  failed(now = Date.now()): void {
    this.#inARow += 1;
    if (this.#inARow >= this.#failures) this.#closedUntil = now + this.#openMs;
  }
}
