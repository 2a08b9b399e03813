/** Holdings and debts: where each changes, it is said. */
import { type Emitter, helper, use } from './emitter.ts'
import { pascal } from './names.ts'

export const setterOf = (emitter: Emitter, kind: 'holding' | 'debt', index: number): string => {
  const { model, names } = emitter
  const own = (kind === 'holding' ? names.holdings : names.debts)[index]!
  const of = (kind === 'holding' ? model.holdings : model.debts)[index]!.name
  const function_ = `_set${pascal(own)}`
  return helper(emitter, function_, () => [
    `function ${function_}(uint128 amount) private {`,
    `    ${own} = amount;`,
    `    emit Stated("${of}", abi.encode(amount));`,
    '}',
  ])
}

/** Makes money of the deed a party's own. */
export const creditLine = (emitter: Emitter, party: number, token: number, amount: string): string => {
  const { model, names } = emitter
  const to = partyCode(emitter, party)
  if (model.tokens[token]!.kind === 'unique')
    return use(emitter, 'Titles', `_creditTitle(${to}, ${names.tokens[token]}, ${names.tokenIds[token]});`)
  return `_credit(${to}, ${names.tokens[token]}, ${amount});`
}

/** Whoever plays a party now. */
export const partyCode = ({ model, names }: Emitter, party: number): string =>
  model.parties[party]!.transferable ? `${names.parties[party]}()` : names.parties[party]!
