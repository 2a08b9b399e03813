/** An explanation as lines of text for a terminal or an error message. */

import type { Reason } from '../decode/reason.ts'
import type {
  CodeFrame,
  ExplainedCall,
  ExplainedEvent,
  ExplainedItem,
  Explanation,
  Failure,
  SourceLine,
} from '../explain/explanation.ts'
import { checksummed, grouped, type NameOf, renderAddress, renderArgs, renderEther } from './values.ts'

export type Look = 'dim' | 'red' | 'yellow' | 'cyan' | 'magenta'
/** Colours text, or leaves it as it is. */
export type Style = (look: Look, text: string) => string

export interface RenderOptions {
  readonly style?: Style
}

export const PLAIN: Style = (_, text) => text

export const renderTree = (
  { call, contracts }: Explanation,
  { style = PLAIN }: RenderOptions = {},
): string[] => {
  const nameOf = namer(contracts)
  const lines: string[] = []
  const visit = (item: ExplainedItem, own: string, below: string) => {
    if (item.is === 'more') {
      lines.push(own + style('dim', `… ${countMore(item)}`))
      return
    }
    if (item.is === 'event') {
      lines.push(own + renderEvent(item, nameOf, style))
      return
    }
    lines.push(own + renderCall(item, nameOf, style))
    const ends = endings(item, nameOf, style)
    const { length } = item.items
    item.items.forEach((inner, at) => {
      const isLast = at === length - 1 && ends.length === 0
      visit(
        inner,
        `${below}${style('dim', isLast ? '└─ ' : '├─ ')}`,
        `${below}${style('dim', isLast ? '   ' : '│  ')}`,
      )
    })
    for (const end of ends) lines.push(`${below}${style('dim', '└─ ')}${end}`)
  }
  visit({ is: 'call', ...call }, '', '')
  return lines
}

/** Why it failed: the reason, the functions that were active, and the line. */
export const renderFailure = (
  { failure, contracts }: Explanation,
  { style = PLAIN }: RenderOptions = {},
): string[] => {
  const nameOf = namer(contracts)
  const lines: string[] = []
  let lead = ''
  for (let one: Failure | undefined = failure; one; one = one.cause) {
    const who = one.contract ?? (one.address ? renderAddress(one.address, nameOf) : 'The transaction')
    lines.push(`${lead}${style('red', `${who} ${renderReason(one.reason, nameOf)}`)}`)
    for (const { function: name, at } of one.stack)
      lines.push(
        style('dim', name.startsWith('…') ? `  ${name}` : `  at ${name}${at ? ` (${place(at)})` : ''}`),
      )
    if (one.code) lines.push('', ...renderCode(one.code, style))
    lead = 'because '
    if (one.cause) lines.push('')
  }
  return lines
}

const renderReason = ({ text, args }: Reason, nameOf: NameOf): string =>
  args ? `${text}(${renderArgs(args, nameOf)})` : text

/** Names by address: where two contracts have one name, their addresses tell them apart. */
export const namer = (contracts: Explanation['contracts']): NameOf => {
  const count = new Map<string, number>()
  for (const { name } of Object.values(contracts)) count.set(name, (count.get(name) ?? 0) + 1)
  return (address) => {
    const known = contracts[address]
    if (!known) return undefined
    return count.get(known.name)! > 1
      ? `${known.name}[${address.slice(0, 6)}…${address.slice(-4)}]`
      : known.name
  }
}

const KINDS: Readonly<Record<string, string>> = {
  STATICCALL: 'static ',
  DELEGATECALL: 'delegate ',
  CALLCODE: 'callcode ',
  CREATE: 'new ',
  CREATE2: 'new ',
}

const renderCall = (call: ExplainedCall, nameOf: NameOf, style: Style): string => {
  const { kind, to, contract, args, input, value, gasUsed } = call
  const gas = style('dim', `[${grouped(gasUsed)}] `)
  const paid = value !== '0' && kind !== 'DELEGATECALL' ? style('yellow', ` {${renderEther(value)}}`) : ''
  if (kind === 'SELFDESTRUCT')
    return `${gas}${style('cyan', 'selfdestruct')} to ${to ? renderAddress(to, nameOf) : 'nobody'}${paid}`
  const given = args ? renderArgs(args, nameOf) : input ? shortHex(input) : ''
  const what = style('dim', KINDS[kind] ?? '')
  if (kind.startsWith('CREATE')) {
    const place = to ? style('dim', ` @ ${checksummed(to)}`) : ''
    return `${gas}${what}${style('cyan', contract ?? 'unknown code')}(${args || !input ? given : `${(input.length - 2) / 2} bytes`})${paid}${place}`
  }
  const isPrecompile = call.function !== undefined && nameOf(to!) === call.function
  const name = call.function && !isPrecompile ? `.${call.function}` : ''
  const whom = to ? (nameOf(to) ?? contract ?? checksummed(to)) : '?'
  const isTransfer = !call.function && given === ''
  return `${gas}${what}${style('cyan', whom + name)}${isTransfer ? '' : `(${given})`}${paid}`
}

const endings = (call: ExplainedCall, nameOf: NameOf, style: Style): string[] => {
  const { error, failedAt, returns, output, hasNoCode } = call
  if (error) {
    const where = failedAt ? style('dim', ` (${failedAt.file}:${failedAt.line})`) : ''
    return [style('red', `✗ ${renderReason(error, nameOf)}`) + where]
  }
  if (hasNoCode) return [style('yellow', 'there is no code at this address: nothing was run')]
  if (returns && returns.length > 0) return [style('dim', '← ') + renderArgs(returns, nameOf)]
  return output ? [style('dim', '← ') + shortHex(output)] : []
}

const renderEvent = (
  { address, contract, name, args, topics, data }: ExplainedEvent,
  nameOf: NameOf,
  style: Style,
): string => {
  if (name) return `${style('dim', 'emit ')}${style('magenta', name)}(${renderArgs(args ?? [], nameOf)})`
  const who = contract ?? renderAddress(address, nameOf)
  return `${style('dim', `emit by ${who} `)}${[...(topics ?? []), shortHex(data ?? '0x')].join(' ')}`
}

const countMore = ({ calls, events }: { readonly calls: number; readonly events: number }): string =>
  [
    calls > 0 && `${grouped(calls)} more ${calls === 1 ? 'call' : 'calls'}`,
    events > 0 && `${grouped(events)} more ${events === 1 ? 'event' : 'events'}`,
  ]
    .filter(Boolean)
    .join(' and ')

const MAX_HEX = 138

const shortHex = (hex: string): string =>
  hex.length > MAX_HEX ? `${hex.slice(0, MAX_HEX)}… ${(hex.length - 2) / 2} bytes` : hex

const place = ({ file, line, column }: SourceLine): string => `${file}:${line}:${column}`

const renderCode = ({ file, line, column, width, lines }: CodeFrame, style: Style): string[] => {
  const digits = String(lines.at(-1)?.number ?? line).length
  const rows = lines.flatMap(({ number, text }) => {
    const isLine = number === line
    const row = `${isLine ? '>' : ' '} ${String(number).padStart(digits)} | ${text}`
    if (!isLine) return [style('dim', `  ${row}`.trimEnd())]
    // Tabs stay tabs, so that the marks stand where a reader's terminal puts the characters.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
    const marks = '^'.repeat(Math.max(1, Math.min(width, text.length - column + 1)))
    return [`  ${row}`, `  ${style('dim', `  ${' '.repeat(digits)} | `)}${indent}${style('red', marks)}`]
  })
  return [`  ${file}:${line}`, ...rows]
}
