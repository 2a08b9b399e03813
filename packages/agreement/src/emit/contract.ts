/** The whole contract: one file that a person can read beside the text. */

import { feedsReadBy } from '../meaning/feeds.ts'
import type { Clause, Model } from '../model/model.ts'
import type { Proof } from '../proofs/prove.ts'
import { actLines, amountGetter, possible, readAnswer } from './acts.ts'
import { beginLines } from './begin.ts'
import { negated, said } from './code.ts'
import { condition } from './conditions.ts'
import { constructorLines, declarationLines, termsFields } from './declarations.ts'
import { indented } from './effects.ts'
import type { Emitter, Use } from './emitter.ts'
import { dayLine, layOut } from './layout.ts'
import { namesOf } from './names.ts'
import { releaseToOwner } from './remainders.ts'
import { elapseLines, lastClause, timerLines, usesBases } from './timers.ts'

export interface Contract {
  readonly source: string
  readonly emitter: Emitter
}

/** @param file name of the text's file; @param contract name of the contract. */
export const emitContract = (model: Model, proof: Proof, file: string, contract: string): Contract => {
  const emitter: Emitter = {
    model,
    names: namesOf(model, contract),
    negative: proof.cover?.negative ?? new Set(),
    refusable: proof.cover?.refusable ?? new Set(),
    fitting: proof.cover?.fitting ?? new Set(),
    again: proof.exploration.again,
    lifted: proof.cover?.lifted ?? new Map(),
    helpers: new Map(),
    uses: new Set(),
  }
  usesBases(emitter)
  const body = bodyOf(emitter, file)
  return { source: layOut([...head(emitter, file), ...body, '}']), emitter }
}

const bodyOf = (emitter: Emitter, file: string): string[] => {
  const { model, names } = emitter
  const fields = termsFields(emitter)
  const struct = [
    '/// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970, shares in parts of 10^9, documents by the keccak256 of their content.',
    'struct Terms {',
    ...fields.map(({ type, name }) => `    ${type} ${name};`),
    '}',
  ]
  const type = `string private constant TERMS_TYPE = "Terms(${fields.map((field) => `${field.type} ${field.name}`).join(',')})";`
  const constants = model.clauses.flatMap((clause, i) =>
    hasSteps(clause) ? [`uint8 private constant ${names.clauses[i]} = ${clause.number};`] : [],
  )
  const declared = declarationLines(emitter)
  const made = constructorLines(emitter, file)
  const roles = roleGetters(emitter)
  const begin = beginFunction(emitter)
  const clauses = model.clauses.map((clause) => ({ clause, sections: clauseSections(emitter, clause) }))
  const base = [elapseLines(emitter), routesFunction(emitter), remaindersFunction(emitter)]
  // Helpers are known when everything that calls them has been written.
  const helpers = [...emitter.helpers.entries()].filter(([, lines]) => lines.length > 0)
  const own = (clause: Clause) =>
    helpers.filter(([name, lines]) => belongsTo(emitter, clause, name, lines)).map(([, lines]) => lines)
  const placed = new Set(model.clauses.flatMap(own))
  const rest = inGroups(helpers.filter(([, lines]) => !placed.has(lines)))
  const sections: (readonly string[])[] = [
    [...struct, '', type, '', ...constants],
    [heading('What was agreed, and what changes'), '', ...declared],
    made,
    ...roles,
    partiesFunction(emitter),
    lastFunction(emitter),
    ...offsetFunction(emitter),
    begin,
    ...clauses.flatMap(({ clause, sections: each }) => {
      const all = [...each, ...own(clause)]
      return all.length === 0 ? [] : [[heading(`${clause.number}. ${clause.name}`)], ...all]
    }),
    [heading('What the base asks for')],
    ...base,
    ...(rest.length > 0 ? [[heading('Holdings, debts and values')], ...rest] : []),
    ...changedByBases(emitter).map(({ lines }) => lines),
  ]
  return sections.flatMap((lines, i) => (i === 0 ? indented(lines) : ['', ...indented(lines)]))
}

/** Setters first, then what moves money. */
const GROUPS = ['_set', '_charge', '_forgive', '_release', '_takeNext', '_']
const inGroups = (helpers: readonly (readonly [string, readonly string[]])[]): (readonly string[])[] => {
  const group = (name: string) => GROUPS.findIndex((each) => name.startsWith(each))
  return [...helpers].sort(([a], [b]) => group(a) - group(b)).map(([, lines]) => lines)
}

const hasSteps = ({ opening, timer }: Clause): boolean => opening.length > 0 || timer !== undefined

const heading = (text: string): string => `// ---- ${text} ${'-'.repeat(Math.max(3, 105 - text.length))}`

const belongsTo = (
  { names }: Emitter,
  { number }: Clause,
  name: string,
  lines: readonly string[],
): boolean => {
  const stem = names.clauseStems[number - 1]!
  const pascal = stem[0]!.toUpperCase() + stem.slice(1)
  return (
    name === `_begin${pascal}` ||
    name === `_next${pascal}` ||
    name === `_last${pascal}` ||
    (names.acts[number - 1] ?? []).some(
      (act) =>
        name === `_may${act[0]!.toUpperCase()}${act.slice(1)}` ||
        name === `_${act}Parties` ||
        name === `${act}Amount`,
    ) ||
    (lines[0] ?? '').startsWith(`/// ${number}. `)
  )
}

const clauseSections = (emitter: Emitter, clause: Clause): (readonly string[])[] => {
  const { timer } = clause
  const acts =
    timer?.kind === 'wait'
      ? timer.routes.map((route) => said(route, () => actLines(emitter, clause, route)))
      : []
  const amounts =
    timer?.kind === 'wait'
      ? timer.routes.map((route) => said(route, () => amountGetter(emitter, clause.number - 1, route)))
      : []
  const due = timer ? said(timer, () => timerLines(emitter, clause)) : []
  return [...acts, ...amounts, due].filter((section) => section.length > 0)
}

// ---- head ------------------------------------------------------------------------------------------------------------

const OPENZEPPELIN: Partial<Record<Use, string>> = {
  Math: '{Math} from "@openzeppelin/contracts/utils/math/Math.sol"',
  SignedMath: '{SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol"',
  SafeCast: '{SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol"',
}
const BASES: readonly Use[] = ['Joint', 'NativeMoney', 'Orders', 'Pausing', 'Roles', 'Titles']
const LIBRARIES: readonly Use[] = ['Calendar', 'Feeds', 'Numbers']

const head = (emitter: Emitter, file: string): string[] => {
  const { model, names, uses } = emitter
  const overridden = changedByBases(emitter).map(({ from }) => from)
  const ours = [
    'Deed',
    ...(overridden.includes('Timers') ? ['Timers'] : []),
    ...[...BASES, ...LIBRARIES].filter((each) => uses.has(each)),
  ].sort()
  const bases = basesOf(emitter)
  return [
    '// SPDX-License-Identifier: Apache-2.0',
    `// Made of ${file} by \`deed agreement emit\`: a change belongs there.`,
    'pragma solidity ^0.8.28;',
    '',
    ...ours.map((each) => `import {${each}} from "@deed/contracts/src/${each}.sol";`),
    ...(uses.has('Roles') ? ['import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";'] : []),
    ...Object.entries(OPENZEPPELIN).flatMap(([each, path]) =>
      uses.has(each as Use) ? [`import ${path};`] : [],
    ),
    '',
    `/// @title ${model.title}`,
    `/// @notice The contract of \`${file}\`. Each function is one bullet of the text, whose words stand above it; where the two differ, the bullets of the text say what was meant.`,
    `contract ${names.contract} is ${bases.join(', ')} {`,
    ...(uses.has('Calendar') ? ['    using Calendar for uint32;', ''] : []),
  ]
}

const basesOf = ({ uses }: Emitter): string[] => {
  const bases = BASES.filter((each) => uses.has(each))
  return bases.length === 0 ? ['Deed'] : bases
}

/** Functions of the base that some of its extensions change, and those that do. */
const CHANGED: readonly {
  readonly head: string
  readonly from: string
  readonly by: readonly Use[]
  readonly call: string
}[] = [
  { head: '_close(uint8 clause) internal', from: 'Timers', by: ['Pausing'], call: '_close(clause);' },
  { head: '_isOpen(uint8 clause) internal view', from: 'Timers', by: ['Pausing'], call: '_isOpen(clause);' },
  {
    head: '_take(address token, address from, uint256 amount) internal',
    from: 'Deed',
    by: ['NativeMoney'],
    call: '_take(token, from, amount);',
  },
  {
    head: '_send(address party, address token, uint256 amount) internal',
    from: 'Deed',
    by: ['NativeMoney', 'Titles'],
    call: '_send(party, token, amount);',
  },
]

/** Where several bases have the same function, the contract has to say that all are meant. */
const changedByBases = (emitter: Emitter): { readonly lines: string[]; readonly from: string }[] => {
  const bases = basesOf(emitter)
  return CHANGED.flatMap(({ head: start, from, by, call }) => {
    const changers = by.filter((each) => emitter.uses.has(each))
    const others = bases.filter((each) => !changers.includes(each as Use))
    if (changers.length === 0 || bases.length < 2) return []
    const named = [...(others.length > 0 ? [from] : []), ...changers]
    const answers = start.endsWith('view') ? ' returns (bool)' : ''
    const lines = [
      `function ${start} override(${named.join(', ')})${answers} {`,
      `    ${answers === '' ? '' : 'return '}super.${call}`,
      '}',
    ]
    return [{ lines, from: others.length > 0 ? from : '' }]
  })
}

// ---- what the base asks for ------------------------------------------------------------------------------------------

const partiesFunction = ({ model, names }: Emitter): string[] => {
  const signers = model.parties.flatMap(({ third, transferable }, i) =>
    third ? [] : [transferable ? `_${names.parties[i]}` : names.parties[i]!],
  )
  return [
    'function parties() public view override returns (address[] memory list) {',
    `    list = new address[](${signers.length});`,
    ...signers.map((each, i) => `    list[${i}] = ${each};`),
    '}',
  ]
}

const lastFunction = ({ model, names }: Emitter): string[] => {
  const last = lastClause(model)
  return [
    'function _lastClause() internal pure override returns (uint8) {',
    `    return ${last < 0 ? '0' : names.clauses[last]};`,
    '}',
  ]
}

const offsetFunction = ({ model }: Emitter): string[][] =>
  model.dayOffset === 0
    ? []
    : [
        [
          '/// @dev When days begin, by the text.',
          'function _dayOffset() internal pure override returns (int40) {',
          `    return ${model.dayOffset};`,
          '}',
        ],
      ]

/** A role is played by whoever holds it. */
const roleGetters = ({ model, names }: Emitter): string[][] =>
  model.parties.flatMap(({ transferable, name }, i) =>
    transferable
      ? [
          [
            `/// @notice Who plays ${name}: the signer, until the role is passed on.`,
            `function ${names.parties[i]}() public view returns (address) {`,
            `    return _holder(${i + 1}, _${names.parties[i]});`,
            '}',
          ],
        ]
      : [],
  )

const beginFunction = (emitter: Emitter): string[] => {
  const { model, names } = emitter
  const checks = model.requirements.flatMap((requirement) =>
    said(requirement, () => [
      `// ${requirement.sentence}`,
      `if (${negated(condition(emitter, requirement.condition)).text}) revert ConditionNotMet(${requirement.clause + 1}, 0);`,
    ]),
  )
  const minted = model.parties.flatMap(({ transferable }, i) =>
    transferable ? [`_mint(_${names.parties[i]}, ${i + 1});`] : [],
  )
  const first = model.clauses[model.first]!
  const then = first.timer ? ` Then clause ${first.number} opens: "${first.timer.sentence}".` : ''
  return [
    `/// All have signed.${then}`,
    'function _begin() internal override {',
    ...indented(dayLine([...checks, ...minted, ...beginLines(emitter, model.first)])),
    '}',
  ]
}

const routesFunction = (emitter: Emitter): string[] => {
  const { model, names } = emitter
  const rows: string[] = []
  const feeds = new Set<number>()
  model.clauses.forEach(({ timer }, clause) => {
    if (timer?.kind !== 'wait') return
    const always: string[] = []
    const asked: string[] = []
    for (const route of timer.routes) {
      for (const feed of feedsReadBy(model, clause, route.number)) feeds.add(feed)
      const test = possible(emitter, clause, route)
      if (test) asked.push(`if (${test.text}) acts |= 1 << ${route.number};`)
      else always.push(`1 << ${route.number}`)
    }
    const must = timer.routes.some((route) => route.must)
    const constant = names.clauses[clause]
    if (always.length === 0 && asked.length === 1) {
      const [, test, bit] = /^if \((.*)\) acts \|= (.*);$/.exec(asked[0]!)!
      rows.push(
        `if (clause == ${constant}) return (${/\|\|/.test(test!) ? `(${test})` : test} ? ${bit} : 0, ${must});`,
      )
    } else if (asked.length === 0)
      rows.push(`if (clause == ${names.clauses[clause]}) return (${always.join(' | ')}, ${must});`)
    else
      rows.push(
        `if (clause == ${names.clauses[clause]}) {`,
        ...indented([
          ...(always.length > 0 ? [`acts = ${always.join(' | ')};`] : []),
          ...asked,
          `return (acts, ${must});`,
        ]),
        '}',
      )
  })
  const answers = [...feeds].map(
    (feed) => `uint256 ${names.feeds[feed]}Answer_ = ${readAnswer(emitter, feed)}();`,
  )
  const body = [...answers, ...rows]
  const dated = body.some((line) => /\btoday\b/.test(line))
  // What is always possible depends on nothing.
  const steady = !body.some((line) => /\?|acts \|=/.test(line))
  return [
    `function _routes(uint8 clause, uint40${dated ? ' time' : ''}) internal ${steady ? 'pure' : 'view'} override returns (uint256 acts, bool must) {`,
    ...indented(dated ? ['uint32 today = _dayOf(time);', ...body] : body),
    '}',
  ]
}

const remaindersFunction = (emitter: Emitter): string[] => {
  const lines = emitter.model.holdings.map((_, holding) => releaseToOwner(emitter, holding))
  return ['function _remainders() internal override {', ...indented(lines), '}']
}
