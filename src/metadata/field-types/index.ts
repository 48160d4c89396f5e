import type { FieldType } from '../field-type.ts';
import { address } from './address.ts';
import { audio } from './audio.ts';
import { autonumber } from './autonumber.ts';
import { avatar } from './avatar.ts';
import { boolean } from './boolean.ts';
import { checkboxes } from './checkboxes.ts';
import { code } from './code.ts';
import { color } from './color.ts';
import { composite } from './composite.ts';
import { currency } from './currency.ts';
import { date } from './date.ts';
import { datetime } from './datetime.ts';
import { email } from './email.ts';
import { file } from './file.ts';
import { formula } from './formula.ts';
import { html } from './html.ts';
import { image } from './image.ts';
import { json } from './json.ts';
import { location } from './location.ts';
import { lookup } from './lookup.ts';
import { markdown } from './markdown.ts';
import { masterDetail } from './master-detail.ts';
import { multiselect } from './multiselect.ts';
import { number } from './number.ts';
import { password } from './password.ts';
import { percent } from './percent.ts';
import { phone } from './phone.ts';
import { progress } from './progress.ts';
import { qrcode } from './qrcode.ts';
import { radio } from './radio.ts';
import { rating } from './rating.ts';
import { record } from './record.ts';
import { repeater } from './repeater.ts';
import { richtext } from './richtext.ts';
import { secret } from './secret.ts';
import { select } from './select.ts';
import { signature } from './signature.ts';
import { slider } from './slider.ts';
import { summary } from './summary.ts';
import { tags } from './tags.ts';
import { text } from './text.ts';
import { textarea } from './textarea.ts';
import { time } from './time.ts';
import { toggle } from './toggle.ts';
import { tree } from './tree.ts';
import { url } from './url.ts';
import { user } from './user.ts';
import { vector } from './vector.ts';
import { video } from './video.ts';

/** All types that a definition may name, in the order of the documentation. */
export const fieldTypes: ReadonlyMap<string, FieldType> = new Map(
  [
    text, textarea, code, email, url, phone, password, markdown, html, richtext, number, currency, percent, date, datetime, time, boolean,
    toggle, select, radio, multiselect, checkboxes, tags, lookup, masterDetail, tree, user, image, file, avatar, video, audio, formula,
    summary, autonumber, location, address, json, color, rating, slider, progress, signature, qrcode, vector, composite, repeater, record,
    secret,
  ].map((type) => [type.name, type]),
);

export type { DefaultContext } from './defaults.ts';
export { defaultToken, resolveDefault } from './defaults.ts';
export { formulaResult } from './formula.ts';
export { mask } from './masking.ts';
export type { ValueProblemCode } from './problem.ts';
export { verifyPassword } from './password.ts';
