import type { Command } from './command.ts'
import type { Terminal } from './terminal.ts'

/** `deed --help`: what there is. @param path `deed`, or a group of commands such as `deed agreement`. */
export const overview = (
  commands: readonly (readonly [name: string, about: string])[],
  t: Terminal,
  path = 'deed',
): string =>
  [
    ...(path === 'deed' ? [`${t.style('bold', 'deed')}: the self-hosted home of smart contracts`, ''] : []),
    `Usage: ${path} COMMAND [options]`,
    '',
    ...columns(commands.map(([name, about]) => [t.style('bold', name), about])),
    '',
    `${path} COMMAND --help says more about one.${path === 'deed' ? ' deed --version prints the version.' : ''}`,
    'DEED_DEBUG=1 shows where an error came from.',
  ].join('\n')

/** `deed COMMAND --help`. */
export const manual = (command: Command, t: Terminal): string =>
  [
    `Usage: deed ${[command.name, command.usage].filter(Boolean).join(' ')}`,
    '',
    command.about,
    '',
    t.style('bold', 'Options'),
    ...columns([
      ...Object.entries(command.options).map(
        ([name, option]) => [`--${name}${option.value ? ` ${option.value}` : ''}`, option.about] as const,
      ),
      ['--help', 'this text'],
    ]),
    '',
    t.style('bold', 'Examples'),
    ...command.examples.flatMap(([line, does]) => [`  ${line}`, t.style('dim', `      ${does}`)]),
  ].join('\n')

const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
