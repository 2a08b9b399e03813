/** Schedules: a table of fixed rows, and a cursor that takes one row after the other. */
import { staticDay, staticSpan, staticValue } from '../model/fold.ts'
import type { Column, Expr, Type } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import type { Cell, Declaration, Row, Table } from '../syntax/ast.ts'
import { type Check, placeOfNode, report, sentenceOf, wordsOf } from './context.ts'
import { lowerExpr, type Typed } from './expressions.ts'
import { sameSort, sortWords, typeOfSort } from './units.ts'

const MOST_ROWS = 32
const MOST_COLUMNS = 8

export const lowerTable = (check: Check, declaration: Declaration): void => {
  const { table, names } = declaration
  const [{ name }] = declaration.names as [Declaration['names'][0]]
  const at = placeOfNode(check, names[0]!)
  const sentence = sentenceOf(check, declaration, true)
  if (!table) {
    report(check, 'DEED_L108', at, `The table of ${name} is missing.`, {
      how: 'After the bullet and an empty line, write',
      text: '| place    | portion |\n| -------- | ------- |\n| "pickup" | 20%     |',
    })
    check.tables.push({ name, place: at, sentence, columns: [], rows: 0 })
    return
  }
  if (table.rows.length > MOST_ROWS) {
    report(
      check,
      'DEED_L706',
      placeOfNode(check, table.rows[MOST_ROWS]!),
      `A table has ${MOST_ROWS} rows at most.`,
      { how: 'Move what belongs together to a deed of its own, beginning with', text: '# Second deed' },
    )
  }
  const columns = table.head.columns.map((column, i): Column => {
    const place = placeOfNode(check, column)
    if (table.head.columns.findIndex((other) => other.name === column.name) !== i)
      report(check, 'DEED_L113', place, `The table has two columns ${column.name}.`, `other-${column.name}`)
    return { name: column.name, place, ...lowerColumn(check, table, i) }
  })
  if (columns.length > MOST_COLUMNS)
    report(check, 'DEED_L706', columns[MOST_COLUMNS]!.place, `A table has ${MOST_COLUMNS} columns at most.`, {
      how: 'Divide it: declare another',
      text: '- part is a row of this table.',
    })
  for (const row of table.rows) {
    if (row.cells.length === columns.length) continue
    report(
      check,
      'DEED_L108',
      placeOfNode(check, row),
      `This row has ${row.cells.length} cells, and its table ${columns.length} columns.`,
      `| ${columns.map((column, i) => (row.cells[i] ? wordsOf(check, row.cells[i]) : column.name)).join(' | ')} |`,
    )
  }
  check.tables.push({ name, place: at, sentence, columns, rows: table.rows.length })
}

const lowerColumn = (check: Check, table: Table, index: number): Pick<Column, 'type' | 'cells' | 'words'> => {
  const cells = table.rows.flatMap(({ cells: row }: Row) => (row[index] ? [row[index]] : []))
  const words = cells.map((cell) => cell.label ?? wordsOf(check, cell))
  const [first] = cells
  if (first?.label !== undefined || !first) {
    const odd = cells.find(({ label }) => label === undefined)
    if (odd) mixed(check, odd, 'words in quotes')
    return { type: 'words', cells: [], words }
  }
  const typed: Typed[] = []
  for (const cell of cells) {
    if (!cell.value) {
      mixed(check, cell, 'values')
      continue
    }
    const found = lowerExpr(check, cell.value, 'signing')
    if (!found) continue
    if (typed[0] && !sameSort(typed[0].sort, found.sort)) mixed(check, cell, `${sortWords(typed[0].sort)}`)
    typed.push(found)
  }
  const type = typed[0] && typeOfSort(check, typed[0].sort)
  if (!type) return { type: 'words', cells: [], words }
  cells.forEach((cell, i) => {
    if (typed[i] && !isPlainCell(check, typed[i].expr, type)) {
      report(check, 'DEED_L108', placeOfNode(check, cell), 'A cell holds one figure, or the name of one.', {
        how: 'Give it a name',
        text: `- part is ${wordsOf(check, cell)}.`,
      })
    }
  })
  return { type, cells: typed.map(({ expr }) => expr), words }
}

const mixed = (check: Check, cell: Cell, wanted: string): void => {
  report(
    check,
    'DEED_L108',
    placeOfNode(check, cell),
    `The column holds ${wanted}, and this cell something else.`,
    { how: 'Give it a column of its own, such as', text: '| note |' },
  )
}

/** A figure in whole smallest units, or a name that was agreed on. */
const isPlainCell = (check: Check, expr: Expr, type: Type): boolean => {
  if (expr.op === 'value' || expr.op === 'choice') return true
  const look = (index: number) => check.values[index]?.value
  if (type.kind === 'date') return staticDay(look, expr) !== undefined
  if (type.kind === 'duration') return staticSpan(look, expr) !== undefined
  const value = staticValue(look, expr)
  const unit = type.kind === 'share' ? SHARE_PARTS : 1n
  return value !== undefined && (value.n * unit) % value.d === 0n
}
