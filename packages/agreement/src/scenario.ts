/**
 * A scenario: what the parties of a deed do, and when, so that a whole deed can be performed from a file.
 *
 * Instants are written from the deed's own start, so that the same scenario runs on a chain of any date:
 * `start - 12 days`, `start + 2 months + 3 days`, `start + 1 day 14:30`. A day without a time means noon, UTC. The start is
 * the term of that name, or a day of the scenario's own for a deed that has no such term.
 */
import { z } from 'zod'

const MAX_STEPS = 1_000

/** `start`, then steps of months or days, then an optional time of day. */
const when = z
  .string()
  .regex(
    /^start( [+-] \d{1,5} (day|days|month|months)){0,8}( ([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?$/,
    'write: start + 2 months - 3 days 14:30',
  )

const act = z.strictObject({
  at: when,
  /** Repeats the step: `at`, then each month after it, counted from `at` and never from each other. */
  months: z.int().min(1).max(600).default(1),
  /** A party's name in the text, or `Anyone` (an account that is no party). */
  by: z.string(),
  /** Function of the contract: `depositPay`. */
  act: z.string(),
  /**
   * Arguments. An amount is `1,000 USDC`, a fraction `1/2 arrears`, or the name of a getter read at that moment
   * (`arrears`, `security`). A document is a file beside the scenario's folder, of which the hash is given.
   */
  give: z.array(z.string()).default([]),
  /** The contract is expected to refuse with this error: the scenario goes on. */
  refused: z.string().optional(),
})

/** A feed answers something else from now on: `{ "at": "start", "feed": "WETH-price", "answer": "2,500 USDC" }`. */
const answer = z.strictObject({ at: when, feed: z.string(), answer: z.string() })

/** The holder of a transferable role passes it on: `{ "at": "start", "role": "Lender", "by": "Lender", "to": "Anyone" }`. */
const transfer = z.strictObject({ at: when, role: z.string(), by: z.string(), to: z.string() })

const step = z.union([act, answer, transfer])

/** `20,000 USDC`, `1 Title` */
const money = z.string()

export const scenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
  /** One sentence for a person. */
  about: z.string(),
  /** The day from which instants are counted, if that is no term of the deed. */
  start: z.string().optional(),
  /**
   * Blanks agreed at signing: `"rent": "1,000 USDC"`, `"start": "2027-02-01"`, `"inventory": "inventory.md"`. A date may
   * be counted from the start: `"closing": "start + 60 days"`.
   */
  terms: z.record(z.string(), z.string()),
  /** When all parties sign. */
  signed: when.default('start - 12 days'),
  /** Spans in which no keeper calls. */
  asleep: z.array(z.strictObject({ from: when, to: when })).default([]),
  /** What each party owns at the beginning beside gas: `"Tenant": "20,000 USDC"`, or a list of such. */
  wallets: z.record(z.string(), z.union([money, z.array(money)])).default({}),
  steps: z.array(step).max(MAX_STEPS),
  /** The last instant that is played; the deed must have ended by then. */
  until: when,
})

export type Scenario = z.infer<typeof scenarioSchema>
export type ScenarioStep = z.infer<typeof act>
export type ScenarioAnswer = z.infer<typeof answer>
export type ScenarioTransfer = z.infer<typeof transfer>
