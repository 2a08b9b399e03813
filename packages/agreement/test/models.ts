/** Models of the agreements that ship with Deed, and of snippets. */
import { checkDeed } from '../src/check/check.ts'
import { render } from '../src/finding.ts'
import type { Model } from '../src/model/model.ts'
import { parse } from '../src/syntax/parser.ts'
import { type DeedName, readDeed } from './deeds.ts'

const modelOf = (text: string): Model => {
  const { deed, tokens, findings } = parse(text)
  const checked = deed ? checkDeed(deed, tokens) : { model: undefined, findings }
  if (checked.model) return checked.model
  throw new Error(checked.findings.map((each) => render('deed', each)).join('\n'))
}

export const shippedModel = (name: DeedName): Model => modelOf(readDeed(name))

export const indexOf = (list: readonly { readonly name: string }[], name: string): number => {
  const index = list.findIndex((each) => each.name === name)
  if (index < 0) throw new Error(`there is no ${name}`)
  return index
}
