/** `#/lines/0/a~1b` → `["lines", "0", "a/b"]` */
export function pointerSteps(pointer: string): readonly string[] {
  return pointer.split('/').slice(1).map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
