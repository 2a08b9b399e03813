/**
 * The strong LL(2) test (Aho and Ullman, "The Theory of Parsing, Translation and Compiling", 5.1.4): for each choice of
 * a grammar, optional parts and loops included, the two tokens that can follow when it is taken one way are never those
 * that can follow when it is taken another way. A grammar that passes gives each text one parse at most.
 */
import { GrammarAST } from 'langium'

/** First token -> what to do, or, where it does not say, second token -> what to do. */
export type Choose = ReadonlyMap<string, number | ReadonlyMap<string, number>>

interface Lookahead {
  /** Which of some alternatives to take. */
  readonly way: (alternatives: object) => Choose
  /** Where an optional part or a loop is entered: 1. */
  readonly entry: (part: object) => Choose
  readonly conflicts: readonly string[]
  readonly decisions: number
}

/** A symbol is a token (`'word'`, `ID`) or the number of a production. */
type Symbol_ = string | number
/** Up to two tokens, with a blank between them. */
type Prefix = string

const K = 2
const END = '$'

export const lookahead = (rules: readonly GrammarAST.ParserRule[]): Lookahead => {
  const productions: { owner: string; alternatives: Symbol_[][] }[] = []
  const ofRule = new Map<object, number>()
  const choices = new Map<object, number>()
  const loops = new Map<object, number>()
  const add = (owner: string, alternatives: Symbol_[][] = []) => productions.push({ owner, alternatives }) - 1

  const symbols = (element: GrammarAST.AbstractElement, owner: string): Symbol_[] => {
    const one = inner(element, owner)
    const { cardinality } = element
    if (!cardinality) return one
    const loop = add(`${owner}: ${element.$cstNode?.text ?? ''}`)
    loops.set(element, loop)
    productions[loop]!.alternatives = [[], cardinality === '?' ? one : [...one, loop]]
    return cardinality === '+' ? [...one, loop] : [loop]
  }
  const inner = (element: GrammarAST.AbstractElement, owner: string): Symbol_[] => {
    if (GrammarAST.isKeyword(element)) return [`'${element.value}'`]
    if (GrammarAST.isRuleCall(element)) {
      const rule = element.rule.ref!
      return [GrammarAST.isTerminalRule(rule) ? rule.name : ofRule.get(rule)!]
    }
    if (GrammarAST.isCrossReference(element)) return ['ID']
    if (GrammarAST.isAssignment(element)) return symbols(element.terminal, owner)
    if (GrammarAST.isAction(element)) return []
    if (GrammarAST.isGroup(element)) return element.elements.flatMap((each) => symbols(each, owner))
    if (!GrammarAST.isAlternatives(element)) throw new Error(`${element.$type} is not used in this grammar`)
    const choice = add(`${owner}: ${element.$cstNode?.text ?? ''}`)
    choices.set(element, choice)
    productions[choice]!.alternatives = element.elements.map((each) => symbols(each, owner))
    return [choice]
  }
  for (const rule of rules) ofRule.set(rule, add(rule.name))
  for (const rule of rules)
    productions[ofRule.get(rule)!]!.alternatives = [symbols(rule.definition, rule.name)]

  const { first, follow } = sets(
    productions.map(({ alternatives }) => alternatives),
    ofRule.get(rules.find(({ entry }) => entry)!)!,
  )
  const ways = (production: number): Set<Prefix>[] =>
    productions[production]!.alternatives.map((each) => join(first(each), follow[production]!))

  const decisions = [...choices.values(), ...loops.values()]
  const conflicts = decisions.flatMap((decision) => {
    const seen = new Map<Prefix, number>()
    return ways(decision).flatMap((prefixes, way) =>
      [...prefixes].flatMap((prefix) => {
        const other = seen.get(prefix)
        seen.set(prefix, way)
        return other === undefined ? [] : [`${productions[decision]!.owner}: ${prefix}`]
      }),
    )
  })
  return {
    way: (alternatives) => table(ways(choices.get(alternatives)!)),
    entry: (part) => table(ways(loops.get(part)!), true),
    conflicts,
    decisions: decisions.length,
  }
}

/** @param loop only the way in is listed: whatever else comes is the way round. */
const table = (ways: readonly Set<Prefix>[], loop = false): Choose => {
  const byFirst = new Map<string, Map<string, number>>()
  ways.forEach((prefixes, way) => {
    for (const prefix of prefixes) {
      const [one, two = END] = prefix.split(' ') as [string, string?]
      byFirst.set(one, (byFirst.get(one) ?? new Map<string, number>()).set(two, way))
    }
  })
  const result = new Map<string, number | ReadonlyMap<string, number>>()
  for (const [one, seconds] of byFirst) {
    const chosen = new Set(seconds.values())
    if (loop && chosen.size === 1 && chosen.has(0)) continue
    const kept = loop ? new Map([...seconds].filter(([, way]) => way === 1)) : seconds
    result.set(one, chosen.size === 1 ? [...chosen][0]! : kept)
  }
  return result
}

const sets = (productions: readonly Symbol_[][][], entry: number) => {
  const firsts = productions.map(() => new Set<Prefix>())
  const follow = productions.map(() => new Set<Prefix>())
  follow[entry]!.add(END)
  const first = (symbols: readonly Symbol_[]): Set<Prefix> => {
    let found = new Set([''])
    for (const symbol of symbols)
      found = join(found, typeof symbol === 'string' ? new Set([symbol]) : firsts[symbol]!)
    return found
  }
  untilStable(() => productions.some((all, i) => all.some((each) => grow(firsts[i]!, first(each)))))
  untilStable(() =>
    productions.some((all, i) =>
      all.some((each) =>
        each.some(
          (symbol, at) =>
            typeof symbol === 'number' && grow(follow[symbol]!, join(first(each.slice(at + 1)), follow[i]!)),
        ),
      ),
    ),
  )
  return { first, follow }
}

const untilStable = (changed: () => boolean): void => {
  while (changed());
}

const grow = (set: Set<Prefix>, more: Set<Prefix>): boolean => {
  const before = set.size
  for (const each of more) set.add(each)
  return set.size > before
}

/** Concatenations, cut off after K tokens. */
const join = (left: ReadonlySet<Prefix>, right: ReadonlySet<Prefix>): Set<Prefix> => {
  const joined = new Set<Prefix>()
  for (const a of left) {
    const before = a === '' ? [] : a.split(' ')
    if (before.length >= K) joined.add(a)
    else
      for (const b of right) joined.add([...before, ...(b === '' ? [] : b.split(' '))].slice(0, K).join(' '))
  }
  return joined
}
