/** Key of a row under which custom fields that need a hidden value are `true`, by response key. */
export const hiddenNeedsKey = '$hidden';
