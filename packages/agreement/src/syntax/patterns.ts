/** The sentences of the language, each as its pattern and as an example that can be pasted. */

export interface Pattern {
  /** What an error calls it. */
  readonly name: string
  readonly pattern: string
  readonly example: string
}

const pattern = (name: string, says: string, example: string): Pattern => ({ name, pattern: says, example })

/** By the grammar's rule. The innermost rule of this list in which a text stops decides what the error says. */
export const PATTERNS: Readonly<Record<string, Pattern>> = {
  Deed: pattern('A deed', '# Title, then clauses: ## 1. Name', '# Title'),
  Clause: pattern('A clause', '## NUMBER. Name', '## 1. Terms'),
  Part: pattern('A slot in the prose', "{name} or {row's column}", '{name}'),
  Declaration: pattern('A declaration', 'NAME is DEFINITION.', '- Landlord and Tenant are parties.'),
  PartyDef: pattern(
    'A party',
    'NAME is a party, a transferable party or a third party.',
    '- Arbiter is a third party.',
  ),
  TokenDef: pattern(
    'Money',
    'NAME is money with NUMBER decimals, native money or a unique token.',
    '- USDC is money with 6 decimals.',
  ),
  UnitDef: pattern(
    'A unit',
    'NAME is a unit, or a unit with NUMBER decimals.',
    '- celsius is a unit with 1 decimal.',
  ),
  HoldingDef: pattern('A holding', 'NAME is TOKEN held for PARTY.', '- security is USDC held for Tenant.'),
  DebtDef: pattern(
    'A debt',
    'NAME is owed by PARTY to PARTY in TOKEN.',
    '- arrears is owed by Tenant to Landlord in USDC.',
  ),
  PriceDef: pattern(
    'A price',
    'NAME is TOKEN per TOKEN, read from a feed no older than DURATION.',
    '- WETH-price is USDC per WETH, read from a feed no older than 1 hour.',
  ),
  RowDef: pattern('A schedule', 'NAME is a row of this table.', '- leg is a row of this table.'),
  FieldDef: pattern(
    'A value',
    'NAME is a TYPE from LOW to HIGH, agreed at signing (or: stated later; or: at first VALUE).',
    '- rent is an amount in USDC from 1 USDC to 9,000 USDC, agreed at signing.',
  ),
  Table: pattern('A table', '| name | name |, then rows of the same length', '| place | portion |'),
  Requirement: pattern(
    'A condition of signing',
    'Signing requires CONDITION.',
    '- Signing requires today is before start.',
  ),
  Zone: pattern(
    'The day',
    'Days begin DURATION before (or after) midnight UTC.',
    '- Days begin 1 hour before midnight UTC.',
  ),
  Wait: pattern(
    'A wait',
    'By DATE: (or Within DURATION:), bullets that say who may or must do what, then Otherwise:',
    '- Within 7 days:\n  - Tenant may accept.\n- Otherwise:\n  - Do nothing.',
  ),
  Repeat: pattern(
    'A repetition',
    'Every PERIOD from DATE, NUMBER times: bullets, then Afterwards: bullets',
    '- Every month from start, 12 times:\n  - Charge rent to arrears.\n- Afterwards:\n  - Do nothing.',
  ),
  Delay: pattern('A day', 'On DATE: bullets', '- On harvest:\n  - End.'),
  Route: pattern(
    'An act',
    'PARTY may (or must) VERB, giving NAME if CONDITION, then a full stop or a colon and bullets',
    '- Tenant may accept.',
  ),
  Act: pattern('An act', 'VERB, giving NAME; or pay AMOUNT; or deliver TOKEN', 'accept'),
  PayAct: pattern(
    'A payment',
    'pay AMOUNT into HOLDING (or: towards DEBT; or: to PARTY)',
    'pay deposit into security',
  ),
  DeliverAct: pattern('A delivery', 'deliver TOKEN into HOLDING', 'deliver Title into vault'),
  FreeAct: pattern(
    'An act',
    'VERB, giving NAME of at most AMOUNT and NAME',
    'claim, giving damage of at most security',
  ),
  Effects: pattern(
    'What follows a colon',
    'bullets two spaces further in, each with one sentence',
    '  - Do nothing.',
  ),
  Release: pattern(
    'A release',
    'Release AMOUNT (or: up to AMOUNT) from HOLDING, or all of HOLDING, to PARTY (or: into HOLDING; or: towards DEBT).',
    '- Release damage from security to Landlord.',
  ),
  Charge: pattern('A charge', 'Charge AMOUNT to DEBT.', '- Charge rent to arrears.'),
  Forgive: pattern(
    'A remission',
    'Forgive AMOUNT (or: up to AMOUNT) from DEBT, or all of DEBT.',
    '- Forgive all of arrears.',
  ),
  Assign: pattern('A change', 'Set NAME to VALUE.', '- Set expiry to new-expiry.'),
  Control: pattern('A step', 'Begin (or Close, Pause, Resume) CLAUSE, CLAUSE and CLAUSE.', '- Begin Refund.'),
  Take: pattern('A step', 'Take the next ROW.', '- Take the next leg.'),
  End: pattern('The end', 'End.', '- End.'),
  Idle: pattern('Nothing', 'Do nothing.', '- Do nothing.'),
  If: pattern(
    'A condition',
    'If CONDITION: bullets, then, if there is an alternative, Otherwise: bullets',
    '- If arrears is more than 0 USDC:\n  - Charge fee to arrears.',
  ),
  Compare: pattern(
    'A comparison',
    'VALUE is (or is not) more than, less than, at least, at most, before, after VALUE; or is VALUE, open, stated',
    'arrears is at least 2 * rent',
  ),
  Remains: pattern('A comparison', 'another ROW remains', 'another leg remains'),
}
