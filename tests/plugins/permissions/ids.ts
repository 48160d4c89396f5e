/** Ids of the records of a generated world, by their number. */
const id = (kind: number, n: number): string => `018f0000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
export const personId = (n: number): string => id(1, n);
export const dealId = (n: number): string => id(2, n);
export const taskId = (deal: number, n: number): string => id(3, deal * 10 + n);
export const noteId = (n: number): string => id(4, n);
export const labelId = (n: number): string => id(6, n);
export const nobody = id(9, 9);
