/** The Solidity names of what a deed names. They follow from the text alone, and none is one that is taken. */
import type { Model } from '../model/model.ts'

export interface Names {
  readonly contract: string
  readonly parties: readonly string[]
  readonly tokens: readonly string[]
  /** Of unique tokens: which one of its collection it is. */
  readonly tokenIds: readonly string[]
  readonly feeds: readonly string[]
  readonly holdings: readonly string[]
  readonly debts: readonly string[]
  readonly values: readonly string[]
  readonly tables: readonly string[]
  /** `LATE_FEE` */
  readonly clauses: readonly string[]
  /** `lateFee`: what functions of a clause begin with. */
  readonly clauseStems: readonly string[]
  /** By clause and route: `paymentPay`. */
  readonly acts: readonly (readonly string[])[]
}

export const namesOf = (model: Model, contract: string): Names => {
  const taken = new Set(TAKEN)
  const unique = (name: string, suffix: string): string => {
    let free = name
    while (taken.has(free)) free = `${free}${suffix}`
    taken.add(free)
    return free
  }
  const value = ({ name }: { readonly name: string }) => unique(camel(name), 'Value')
  const stems = model.clauses.map(({ name }) => camel(name))
  return {
    contract,
    parties: model.parties.map(value),
    tokens: model.tokens.map(value),
    tokenIds: model.tokens.map(({ name, kind }) =>
      kind === 'unique' ? unique(`${camel(name)}Id`, 'Value') : '',
    ),
    feeds: model.feeds.map(value),
    holdings: model.holdings.map(value),
    debts: model.debts.map(value),
    values: model.values.map(value),
    tables: model.tables.map(value),
    clauses: model.clauses.map(({ name }) => unique(name.replaceAll('-', '_').toUpperCase(), '_CLAUSE')),
    clauseStems: stems,
    acts: model.clauses.map(({ timer }, i) =>
      timer?.kind === 'wait'
        ? timer.routes.map(({ verb }) => unique(`${stems[i]}${pascal(verb)}`, 'Act'))
        : [],
    ),
  }
}

const camel = (name: string): string => {
  const words = name.split('-').map((word) => (/^[A-Z0-9]+$/.test(word) ? word.toLowerCase() : word))
  return words
    .map((word, i) => (i === 0 ? word[0]!.toLowerCase() : word[0]!.toUpperCase()) + word.slice(1))
    .join('')
}

export const pascal = (name: string): string => {
  const word = camel(name)
  return word[0]!.toUpperCase() + word.slice(1)
}

/** Words of Solidity that a deed can use, and names of the contracts that a deed stands on. */
const TAKEN = `
  abstract address after alias anonymous apply as assembly assert auto blockhash bool break byte bytes calldata case catch
  constant constructor continue copyof days default define delete do else emit enum error ether event external fallback
  false final fixed for from function gwei hours if immutable implements import in indexed inline int interface internal
  is keccak256 let library macro mapping match memory minutes modifier mutable new null of override parameter partial
  payable pragma private promise public pure receive reference relocatable require return returns revert sealed seconds
  selfdestruct sha256 sizeof static storage string struct super supports switch this throw transient true try type typedef
  typeof ufixed uint unchecked unicode using var view virtual wei weeks while years block msg tx now gasleft ecrecover
  ripemd160 addmod mulmod
  text parties signedAt begun ended sign due perform checkUpkeep performUpkeep pending balanceOf withdraw preview rehearse
  legalDocument documentSigned documentSignedAt eip712Domain act arrive by duty settlement autopay orderOf payFor name
  symbol tokenURI ownerOf approve getApproved setApprovalForAll isApprovedForAll transferFrom safeTransferFrom
  supportsInterface nonReentrant Document Pending Terms Deed IDeed Timers Calendar Math SignedMath SafeCast Numbers Feeds
  Joint Pausing NativeMoney Titles Roles Orders NEVER MAX_STEPS MOST_MONEY NATIVE TERMS_TYPE ROUNDS
  list amount today time acts must clause text_ t role payer answer
`
  .trim()
  .split(/\s+/)
