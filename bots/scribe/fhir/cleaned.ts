/** What neither a FHIR string nor XML can hold: control characters, half surrogate pairs, non-characters. */
const NOT_TEXT = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Text without what no resource can hold: each such unit is a space instead, so that offsets stay what they are. */
export const cleaned = (text: string): string => text.replace(NOT_TEXT, ' ');
