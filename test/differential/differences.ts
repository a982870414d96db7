/**
 * Where the embedded server means to answer otherwise than Medplum, and why. `docs/embedded-server.md` lists them, and a
 * test compares the two.
 */
export const DIFFERENCES = {
  'if-match-holds':
    'A condition on a version holds on every write; Medplum drops it on conditional ones, patches, deletions and what is deleted.',
  'if-match-quoted': 'An If-Match without quotes is refused; Medplum drops it and writes.',
  'criteria-needed':
    'PUT, PATCH and DELETE of a type without criteria are refused: they would change the only resource there is. So is If-None-Exist with a question mark, which Medplum takes for no criteria.',
  'not-modified': 'If-None-Match is answered with 304 where nothing changed.',
  head: 'HEAD is answered as GET, without the body.',
  'prefer-outcome': 'Prefer: return=OperationOutcome is honoured.',
  'patch-keeps-type': 'A patch that changes the type or the id is refused as such.',
  'fhirpath-patch': 'FHIRPath Patch is understood.',
  'history-pages': 'A page of a history has a link to the next one.',
  'history-of-one': 'The history of a type or of the system is refused as not supported.',
  'prototype-keys':
    'Properties that every JavaScript object has (such as `constructor`) are refused: no FHIR element has such a name.',
  'own-check': 'Refused before the resource is looked at, or with a closer code or path.',
  'outcome-everywhere': 'What there is no route for is answered with an OperationOutcome, and no answer is HTML.',
  'chain-policy':
    'A chained search finds only by what the requester may see; Medplum does not look at the policy there.',
  'hidden-field-search': 'Who must not see a field can neither search nor sort by it.',
  'no-operation-in-transaction': 'An operation in a transaction is refused as not supported.',
  'not-here': 'What Medplum has and the list below has not is refused as not supported.',
  'execute-path': 'A path behind $execute is not supported.',
  'partial-date': 'A date of less precision means the whole of its time, as FHIR says.',
  'quantity-precision': 'A number means what rounds to it, as FHIR says, and the unit is looked at.',
  'reference-by-id':
    'A reference is found by its id alone, and a chain without a type goes to every type that has the parameter.',
  'folded-text': 'Text is found without its accents.',
  'parameter-checked':
    'A value that a parameter cannot have is refused; Medplum finds nothing, or drops the parameter.',
  'deep-offset': 'An offset has no limit.',
  'expansion-total': 'An expansion tells its offset and how many codes there are in all, not one more than its page.',
  'canonical-version': 'The version that an address names must be that of the value set.',
  'expand-by-id': 'A value set is expanded by its id too, as FHIR has it.',
  'lookup-tells-more': 'A lookup tells the version of the system and the definition of the code too.',
  'unknown-system': 'In an unknown code system no code is good: it is refused.',
  'display-checked': 'A code that is given with the name of another one is not good.',
  'everything-type': '`_type` is understood in an address too, and with commas.',
} as const satisfies Record<string, string>;

export type Difference = keyof typeof DIFFERENCES;
