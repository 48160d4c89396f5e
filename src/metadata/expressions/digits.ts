import { Decimal } from 'decimal.js';
import { ExpressionError, expressionLimits } from './expression.ts';
import type { Token } from './tokenize.ts';

/** Plain digits without exponent: `1e3` → `1000`. */
export function digits(token: Token): string {
  const value = new Decimal(token.text);
  const text = value.e > expressionLimits.digits || value.e < -expressionLimits.digits ? undefined : value.toFixed();
  if (text === undefined || text.length > expressionLimits.digits) throw new ExpressionError(`a number has at most ${expressionLimits.digits} digits`, token);
  return text;
}
