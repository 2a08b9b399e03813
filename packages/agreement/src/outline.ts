/**
 * The outline of a deed: the names and sentences of its text beside the numbers that its contract uses.
 *
 * A contract knows clauses and acts by number; a person knows them as "3. Rent" and "Tenant must pay". The
 * outline is the bridge, and the only thing that keeper logs, pages and timelines need besides `IDeed`. It
 * lies beside the contract as `outline.json`.
 */
import { z } from 'zod'

const hash = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{64}$/)])
/** A name as written in the text: `late-fee`, `Tenant`. */
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/)
/** The Solidity identifier that stands for a name. */
const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)

const kind = z.enum([
  'address',
  'amount',
  'number',
  'share',
  'date',
  'duration',
  'document',
  'truth',
  'choice',
])

/** What a person needs to read a value. */
const shown = {
  kind,
  token: name.optional(),
  /** Of a number, with the decimals in which it is counted. */
  unit: name.optional(),
  decimals: z.int().min(0).max(77).optional(),
  /** Of a choice, in the order of their numbers. */
  choices: z.array(name).optional(),
}

const act = z.object({
  /** Number of the route, from 1, in the order of the text: `Acted.act`. */
  number: z.int().positive(),
  /** External function: clause + verb. */
  function: identifier,
  /** Verb as written: `pay`, `give-notice`. */
  verb: name,
  /** Names of the parties that may act; `Anyone` for any account. */
  by: z.array(name).min(1),
  must: z.boolean(),
  /** The sentence without its bullet: "Tenant must pay deposit into security". */
  sentence: z.string(),
  /** Arguments in the order of the function. `at most` bounds are the contract's affair. */
  gives: z.array(z.object({ name, kind })).default([]),
  /** All of `by`, each by a call of its own with the same values. */
  together: z.boolean().optional(),
  /** The unique token that the caller delivers. */
  delivers: z.object({ token: name, into: name }).optional(),
  /** The money that the caller pays: `amount` is the name of a getter, or of an argument in `gives`. */
  pays: z.object({ token: name, amount: identifier, into: name }).optional(),
})

const clause = z.object({
  number: z.int().positive(),
  name,
  /** The prose of the clause, figures still in braces. */
  prose: z.string(),
  /** How long it waits: "By start - 1 day", "Within 7 days", "Every month from start, 12 times". */
  when: z.string().optional(),
  /** What happens if nobody acts, as sentences: `Otherwise` or `Afterwards`; for `Every` and `On`, the effects. */
  otherwise: z.array(z.string()).default([]),
  acts: z.array(act).default([]),
})

export const outlineSchema = z.object({
  title: z.string(),
  /** File of the text, relative to the outline. */
  file: z.string(),
  /** keccak256 of the text: `IDeed.text()`. */
  text: hash,
  /** Contract as `File.sol:Name`, relative to the outline. */
  contract: z.string(),
  parties: z.array(
    z.object({
      name,
      getter: identifier,
      role: z.enum(['party', 'third party']),
      /** The role is an ERC-721 of this number, which its holder may pass on. */
      transferable: z.int().min(0).optional(),
    }),
  ),
  tokens: z.array(
    z.object({
      name,
      getter: identifier,
      decimals: z.int().min(0).max(77),
      /** `fungible` if it is not said: ERC-20. `native` is token zero, `unique` one of an ERC-721. */
      kind: z.enum(['fungible', 'native', 'unique']).optional(),
      /** Getter of the number of a unique token. */
      id: identifier.optional(),
    }),
  ),
  /** Price feeds. */
  feeds: z.array(z.object({ name, getter: identifier })).optional(),
  /** Values agreed at signing, in the order of the contract's `Terms` struct. */
  terms: z.array(z.object({ name, field: identifier, ...shown })),
  holdings: z.array(z.object({ name, getter: identifier, token: name, owner: name })),
  debts: z.array(z.object({ name, getter: identifier, token: name, debtor: name, creditor: name })),
  /** Other values that change or are stated later. */
  fields: z.array(z.object({ name, getter: identifier, ...shown })),
  clauses: z.array(clause),
})

export type Outline = z.infer<typeof outlineSchema>
export type Clause = Outline['clauses'][number]
export type Act = Clause['acts'][number]
export type Kind = z.infer<typeof kind>
