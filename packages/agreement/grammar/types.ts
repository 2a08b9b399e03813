/** Prints the types of the tree that a grammar's rules build: an interface for each kind of node, a union for each choice. */
import { GrammarAST } from 'langium'

interface Feature {
  readonly type: string
  readonly many: boolean
  readonly optional: boolean
}

/** One shape that a rule may yield: features of a node, or whatever another rule yields. */
interface Branch {
  readonly type?: string
  readonly call?: string
  readonly features: ReadonlyMap<string, Feature>
}

const NOTHING: Branch = { features: new Map() }

export const printTypes = (grammar: GrammarAST.Grammar): string => {
  const { interfaces, unions } = typesOf(grammar)

  return `/** Made by \`grammar/generate.ts\` of \`deed.langium\`: the tree that the parser builds. */
import type { Node, Reference } from './node.ts'

${[...interfaces].map(([name, { features }]) => printInterface(name, features)).join('\n\n')}

${unions.join('\n')}

export type AnyNode = ${[...interfaces.keys()].join(' | ')}
`
}

/** Features that are lists, by type of node. */
export const listsOf = (grammar: GrammarAST.Grammar): Record<string, string[]> =>
  Object.fromEntries(
    [...typesOf(grammar).interfaces]
      .map(
        ([name, { features }]) =>
          [name, [...features].filter(([, { many }]) => many).map(([each]) => each)] as const,
      )
      .filter(([, features]) => features.length > 0),
  )

const typesOf = (grammar: GrammarAST.Grammar) => {
  const rules = grammar.rules
    .filter(GrammarAST.isParserRule)
    .filter(({ dataType, returnType }) => !dataType && !returnType)
  const interfaces = new Map<string, Branch>()
  const unions: string[] = []
  for (const rule of rules) {
    const branches = branchesOf(rule.definition)
    const names = branches.map(({ type, call }) => call ?? type ?? rule.name)
    branches.forEach((branch, i) => {
      if (!branch.call) interfaces.set(names[i]!, branch)
    })
    if (names.length > 1 || names[0] !== rule.name)
      unions.push(`export type ${rule.name} = ${[...new Set(names)].join(' | ')}`)
  }
  return { interfaces, unions }
}

const printInterface = (name: string, features: ReadonlyMap<string, Feature>): string => {
  const fields = [...features].map(([feature, { type, many, optional }]) => {
    const shown = many ? `readonly ${/\|/.test(type) ? `(${type})` : type}[]` : type
    // A list is always there, be it empty.
    return `readonly ${feature}${optional && !many ? '?' : ''}: ${shown}`
  })
  return `export interface ${name} extends Node {\n  readonly $type: '${name}'\n${fields.length > 0 ? `  ${fields.join('; ')}\n` : ''}}`
}

const branchesOf = (element: GrammarAST.AbstractElement): Branch[] => {
  const { cardinality } = element
  const branches = branchesInside(element)
  return cardinality === '?' || cardinality === '*' ? [merge([...branches, NOTHING])] : branches
}

const branchesInside = (element: GrammarAST.AbstractElement): Branch[] => {
  if (GrammarAST.isAction(element)) return [{ type: element.inferredType!.name, features: new Map() }]
  if (GrammarAST.isAssignment(element)) {
    const type = element.operator === '?=' ? 'true' : terminalType(element.terminal)
    const feature = { type, many: element.operator === '+=', optional: false }
    return [{ features: new Map([[element.feature, feature]]) }]
  }
  if (GrammarAST.isRuleCall(element) && GrammarAST.isParserRule(element.rule.ref))
    return [{ call: element.rule.ref.name, features: new Map() }]
  if (GrammarAST.isGroup(element))
    return element.elements
      .map(branchesOf)
      .reduce((before, after) => before.flatMap((a) => after.map((b) => both(a, b))), [NOTHING])
  if (GrammarAST.isAlternatives(element)) {
    const all = element.elements.flatMap(branchesOf)
    return all.some(({ type, call }) => type ?? call) ? all : [merge(all)]
  }
  return [NOTHING]
}

const both = (a: Branch, b: Branch): Branch => {
  const features = new Map(a.features)
  for (const [name, feature] of b.features) features.set(name, unite(features.get(name), feature))
  const [type, call] = [b.type ?? a.type, b.call ?? a.call]
  return { features, ...(type && { type }), ...(call && { call }) }
}

/** One of several: what is not in all of them is optional. */
const merge = (branches: readonly Branch[]): Branch => {
  const features = new Map<string, Feature>()
  for (const name of new Set(branches.flatMap((branch) => [...branch.features.keys()]))) {
    const all = branches.map((branch) => branch.features.get(name))
    const united = all.reduce((a, b) => (a && b ? unite(a, b) : (a ?? b)))!
    features.set(name, { ...united, optional: all.some((each) => each === undefined || each.optional) })
  }
  return { features }
}

const unite = (a: Feature | undefined, b: Feature): Feature =>
  a
    ? {
        type: [...new Set([...a.type.split(' | '), ...b.type.split(' | ')])].join(' | '),
        many: a.many || b.many,
        optional: a.optional && b.optional,
      }
    : b

const terminalType = (element: GrammarAST.AbstractElement): string => {
  if (GrammarAST.isKeyword(element)) return `'${element.value}'`
  if (GrammarAST.isCrossReference(element)) return 'Reference'
  if (GrammarAST.isAlternatives(element)) return element.elements.map(terminalType).join(' | ')
  if (!GrammarAST.isRuleCall(element)) return 'string'
  const rule = element.rule.ref!
  return GrammarAST.isParserRule(rule) && !rule.dataType && !rule.returnType ? rule.name : 'string'
}
