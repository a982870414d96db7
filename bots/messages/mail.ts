import { worker } from '../runtime/definition.ts';
import { text } from '../runtime/parameters.ts';

/** A server lets administrators of a project send mail and nobody else, so this is all that such a bot does. */
export default worker({
  name: 'messages/mail',
  description: 'Hands one e-mail to the server. It is an administrator of the project, because sending mail needs one.',
  input: { from: text(320), to: text(320), subject: text(400), text: text(50_000) },
  access: { Bot: 'read' },
  admin: true,
  timeout: 60,
  handle: async (run, { from, to, subject, text: body }) => {
    await run.fhir.sendEmail({ from, to, subject, text: body });
  },
});
