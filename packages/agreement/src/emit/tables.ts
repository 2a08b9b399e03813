/** Schedules: a row that is kept, and a function for each column that is read. */
import { staticDay, staticSpan, staticValue } from '../model/fold.ts'
import { interval } from '../model/interval.ts'
import type { Expr } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import { ceil, floor, ratio } from '../ratio.ts'
import { type Code, call, literal } from './code.ts'
import { type Emitter, helper } from './emitter.ts'
import { pascal } from './names.ts'
import { shapeOfType } from './values.ts'

/** A column of the current row, as it is kept: shares in parts. */
export const tableCell = (emitter: Emitter, table: number, column: number): Code => {
  const { model, names } = emitter
  const { name, columns } = model.tables[table]!
  const { name: of, type, cells } = columns[column]!
  if (type === 'words') throw new Error('words are not read')
  const function_ = `_${names.tables[table]}${pascal(of)}`
  const { solidity, bits, signed } = shapeOfType(type)
  helper(emitter, function_, () => {
    const last = cells.length - 1
    return [
      `/// "${name}'s ${of}": the column ${of} of the current row.`,
      `function ${function_}() private view returns (${solidity}) {`,
      ...cells.map((cell, i) =>
        i === last
          ? `    return ${cellCode(emitter, cell, type.kind).text};`
          : `    if (${names.tables[table]} == ${i + 1}) return ${cellCode(emitter, cell, type.kind).text};`,
      ),
      '}',
    ]
  })
  const parts = type.kind === 'share' ? SHARE_PARTS : 1n
  const { low, high } = interval(model, { op: 'cell', table, column })
  return call(
    `${function_}()`,
    bits,
    floor(ratio(low!.n * parts, low!.d)),
    ceil(ratio(high!.n * parts, high!.d)),
    signed,
  )
}

const cellCode = ({ model, names }: Emitter, cell: Expr, kind: string): Code => {
  if (cell.op === 'choice') return literal(BigInt(cell.choice))
  if (cell.op === 'value') return call(names.values[cell.value]!, 256, 0n, 0n)
  const look = (index: number) => model.values[index]
  const count =
    kind === 'date' ? staticDay(look, cell) : kind === 'duration' ? staticSpan(look, cell) : undefined
  if (count !== undefined) return literal(BigInt(count))
  const value = staticValue(look, cell)!
  const parts = kind === 'share' ? SHARE_PARTS : 1n
  return literal((value.n * parts) / value.d)
}
