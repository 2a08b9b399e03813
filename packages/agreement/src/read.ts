/** From the text of a deed to a model that has been proved, or to what is wrong with it. */
import { checkDeed } from './check/check.ts'
import { sizeFindings } from './emit/emit.ts'
import { type Finding, finding } from './finding.ts'
import type { Model } from './model/model.ts'
import { type Proof, prove } from './proofs/prove.ts'
import type { Deed } from './syntax/ast.ts'
import { layOut } from './syntax/format.ts'
import { parse } from './syntax/parser.ts'
import { place } from './syntax/place.ts'
import type { Token } from './syntax/token.ts'

/** Bytes of UTF-8. */
export const MOST_BYTES = 65_536

export interface Read {
  /** What is wrong, in the order of the text. The stages after the first that finds something are left out. */
  readonly findings: readonly Finding[]
  readonly deed?: Deed
  readonly tokens?: readonly Token[]
  /** Names, units and types are right. */
  readonly model?: Model
  readonly proof?: Proof
  /** The text in the one layout that is signed; without errors of the grammar. */
  readonly formatted?: string
}

export const readDeed = (text: string): Read => {
  const bytes = new TextEncoder().encode(text).length
  if (bytes > MOST_BYTES) {
    const message = `The deed has ${bytes} bytes, and ${MOST_BYTES} is the most.`
    return {
      findings: [
        finding('DEED_L702', place(1, 1), message, {
          how: 'Move what belongs together to a deed of its own, beginning with',
          text: '# Second deed',
        }),
      ],
    }
  }
  const { deed, tokens, findings } = parse(text)
  if (!deed) return { findings }
  const formatted = layOut(tokens)
  const checked = checkDeed(deed, tokens)
  if (!checked.model) return { findings: checked.findings, deed, tokens, formatted }
  const proof = prove(checked.model)
  const sizes = proof.findings.length > 0 ? [] : sizeFindings(checked.model, proof)
  return { findings: [...proof.findings, ...sizes], deed, tokens, model: checked.model, proof, formatted }
}
