import type { CatalogField } from '../../../metadata/catalog.ts';
import { mask } from '../../../metadata/field-types/masking.ts';
import { derivedKey } from '../../../metadata/sealing.ts';
import type { BindList } from '../../../resolvers/sql/binds.ts';
import type { MaskStrategy } from '../rules.ts';

/** Scalars of text whose values may take any form on their way out. */
const textScalars: ReadonlySet<string> = new Set(['String', 'PhoneNumber']);

/** Masks make text of the value, so fields of other types can only become null. */
export function canMask(strategy: MaskStrategy, field: CatalogField): boolean {
  if (field.system || field.column === undefined) return false;
  if (strategy.kind === 'nullify') return true;
  const shape = field.type.graphql(field);
  return shape.kind === 'scalar' && shape.list !== true && textScalars.has(shape.scalar);
}

/** SQL of the masked value. Nothing but the parts that the strategy keeps, and whether there is a value, can be told from it. */
export function maskSql(strategy: MaskStrategy, field: CatalogField): (sql: string, binds: BindList) => string {
  switch (strategy.kind) {
    case 'nullify': return () => 'NULL::text';
    case 'redact': return (sql) => `CASE WHEN ${sql} IS NOT NULL THEN '${mask}' END`;
    // Equal values of other fields have another hash.
    case 'hash': return (sql, binds) => hmacSql(`'${field.object}.${field.name}:' || ${sql}`, binds);
    case 'partial': {
      const { keepHead, keepTail } = strategy;
      return (sql) =>
        `CASE WHEN ${sql} IS NULL THEN NULL WHEN length(${sql}) <= ${keepHead + keepTail} THEN '${mask}' ` +
        `ELSE left(${sql}, ${keepHead}) || '${mask}' || ${keepTail === 0 ? `''` : `right(${sql}, ${keepTail})`} END`;
    }
  }
}

/** HMAC with SHA-256, in hexadecimal. Without the key, which stands in no statement, nobody finds a value by hashing all that it could be. */
function hmacSql(text: string, binds: BindList): string {
  const key = (pad: number): string => `decode(${binds.addOnce(padded, String(pad), () => padded(pad), 'text')}, 'hex')`;
  return `encode(sha256(${key(0x5c)} || sha256(${key(0x36)} || convert_to(${text}, 'UTF8'))), 'hex')`;
}

const blockSize = 64;

/** The key, filled up to a block and combined with a pad, as HMAC has it. */
function padded(pad: number): string {
  const block = Buffer.alloc(blockSize);
  derivedKey('mask').copy(block);
  return Buffer.from(block.map((byte) => byte ^ pad)).toString('hex');
}
