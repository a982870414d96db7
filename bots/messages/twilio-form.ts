import type { Inbound } from './inbound.ts';
import { readReply } from './replies.ts';

/** Twilio sends ten at most. */
const MOST_MEDIA = 10;

/** Reads the form by which Twilio tells of a message; undefined for one without an id. */
export function readInbound(form: Readonly<Record<string, string>>): Inbound | undefined {
  const { MessageSid: sid, From = '', OriginalRepliedMessageSid: repliedTo } = form;
  const count = Math.min(MOST_MEDIA, Number(form.NumMedia) || 0);
  const media = Array.from({ length: count }, (_one, index) => ({
    url: form[`MediaUrl${index}`] ?? '',
    contentType: form[`MediaContentType${index}`] ?? 'application/octet-stream',
  })).filter(({ url }) => url);
  return sid
    ? {
        sid,
        channel: From.startsWith('whatsapp:') ? 'whatsapp' : 'sms',
        from: From.replace(/^whatsapp:/, ''),
        text: textOf(form),
        media,
        ...(repliedTo && { repliedTo }),
      }
    : undefined;
}

/** A button says what it stands for beside its words; a place is sent as two numbers. */
function textOf({ Body = '', ButtonPayload = '', Latitude, Longitude }: Readonly<Record<string, string>>): string {
  if (readReply(ButtonPayload) && !readReply(Body)) {
    return ButtonPayload.trim();
  }
  const place = Latitude && Longitude ? `geo:${Latitude},${Longitude}` : '';
  return [Body.trim(), place].filter(Boolean).join('\n');
}
