/**
 * Remappings, as the compiler understands them: `context:prefix=target` puts `target` for `prefix` in what is
 * imported by sources whose names begin with `context`.
 * https://docs.soliditylang.org/en/latest/path-resolution.html#import-remapping
 */
import { SolidityError } from './errors.ts'

export interface Remapping {
  readonly context: string
  readonly prefix: string
  readonly target: string
}

/** @param where named in the error, such as `remappings.txt` */
export const parseRemapping = (line: string, where: string): Remapping => {
  const match = /^(?:([^:=]*):)?([^=]+)=(.*)$/.exec(line)
  if (!match) {
    throw new SolidityError(
      'DEED_SOLIDITY_REMAPPING',
      `"${line}" in ${where} is no remapping. Write prefix=target or context:prefix=target, such as @oz/=node_modules/@openzeppelin/.`,
    )
  }
  return { context: match[1] ?? '', prefix: match[2]!, target: match[3]! }
}

export const formatRemapping = ({ context, prefix, target }: Remapping): string =>
  context === '' ? `${prefix}=${target}` : `${context}:${prefix}=${target}`

/** The longest context wins, then the longest prefix, then the last one written. */
export const applyRemappings = (remappings: readonly Remapping[], name: string, importer: string): string => {
  let best: Remapping | undefined
  for (const remapping of remappings) {
    const { context, prefix } = remapping
    if (!importer.startsWith(context) || !name.startsWith(prefix)) continue
    const closer =
      !best ||
      context.length > best.context.length ||
      (context.length === best.context.length && prefix.length >= best.prefix.length)
    if (closer) best = remapping
  }
  return best ? best.target + name.slice(best.prefix.length) : name
}
