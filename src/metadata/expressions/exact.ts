import { Decimal } from 'decimal.js';

/** Exact arithmetic: room for more digits than an expression within its limits can make. */
export const Exact = Decimal.clone({ precision: 20_000, toExpNeg: -100_000, toExpPos: 100_000 });

/** Decimals that a quotient keeps; further ones are cut off. */
export const quotientScale = 20;

/** The quotient to 20 decimals; undefined when dividing by zero. */
export function quotient(dividend: Decimal.Value, divisor: Decimal.Value): Decimal | undefined {
  const by = new Exact(divisor);
  if (by.isZero()) return undefined;
  return new Exact(dividend).times(shift).divToInt(by).div(shift);
}

const shift = new Exact(10).pow(quotientScale);
