/** What a file format adds to what was said: tags, emphasis, times of subtitles. It is passed over, offsets stay. */

/** Tags that end a line. */
const BREAKS = /<\/?(?:p|br|div|li|tr|h\d|ul|ol|table|body|html)\b[^<>\n]{0,200}>/gi;
/** Other tags; `<v Doctor>` of WebVTT says who speaks. */
const TAGS = /<(?!v )\/?[a-z!][^<>\n]{0,200}>/gi;
const SCRIPTS = /<(script|style)\b[^<>]{0,200}>[^<]{0,10000}<\/\1>/gi;
const ENTITIES = /&(?:[a-z]{2,8}|#\d{1,6});/gi;
/** The number and the times of a subtitle, and a time before who speaks. */
const TIMES =
  /^[ \t]*(?:WEBVTT.*|\d{1,6}(?=\r?\n[\d:.,]+ -->)|[\d:.,]{4,13} --> [\d:.,]{4,13}.*|[[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?(?=[ \t]+[[A-Za-z*<]))/gm;
const EMPHASIS = /\*{1,3}|_{2,3}|`{1,3}|^[ \t]*(?:#{1,6}|>|[-+])[ \t]/gm;

const blank = (found: string): string => found.replace(/[^\n]/g, ' ');

/** A text with blanks in the place of its markup, each of its words where it was. */
export function withoutMarkup(text: string): string {
  return text
    .replace(SCRIPTS, blank)
    .replace(BREAKS, (tag) => `\n${' '.repeat(tag.length - 1)}`)
    .replace(TAGS, blank)
    .replace(ENTITIES, blank)
    .replace(TIMES, blank)
    .replace(EMPHASIS, blank);
}
