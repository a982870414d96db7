import { Anchor, Stack, Text } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import type { Questionnaire, QuestionnaireResponse } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { lazy, Suspense, useState } from 'react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { questionnaireOf } from '../../../bots/journeys/parts.ts';
import { useAction } from '../fhir/operations.ts';
import { useRead, useSearch } from '../fhir/queries.ts';
import { Done } from '../parts/done.tsx';
import { ErrorNotice } from '../parts/error.tsx';
import { Loaded, Pending } from '../parts/loaded.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { useSession } from '../session/session.tsx';
import { canonicalQuery } from './canonical.ts';

// Comes while the questionnaire is loaded.
const form = import('./questionnaire-form.ts');
const QuestionnaireForm = lazy(async () => ({ default: (await form).QuestionnaireForm }));

/** One questionnaire, to be filled in and sent. */
export default function FormPage(): JSX.Element {
  const { t } = useTranslation('forms');
  const { taskId } = useParams();
  const task = useRead('Task', taskId);
  const canonical = task.data && questionnaireOf(task.data);
  const found = useSearch('Questionnaire', canonical ? canonicalQuery(canonical) : undefined);
  const [questionnaire] = found.data ?? [];
  const [sent, setSent] = useState(false);
  return (
    <Page title={questionnaire?.title ?? t('one')}>
      <Loaded query={task}>
        {({ status }) =>
          sent || status === 'completed' ? (
            <Thanks focused={sent} />
          ) : (
            <Loaded query={found}>
              {() =>
                questionnaire && canonical ? (
                  <Answers questionnaire={questionnaire} canonical={canonical} onSent={() => setSent(true)} />
                ) : (
                  <Empty text={t('gone')} />
                )
              }
            </Loaded>
          )
        }
      </Loaded>
    </Page>
  );
}

interface AnswersProps {
  readonly questionnaire: WithId<Questionnaire>;
  /** As the Task names it. */
  readonly canonical: string;
  readonly onSent: () => void;
}

function Answers({ questionnaire, canonical, onSent }: AnswersProps): JSX.Element {
  const { t } = useTranslation('forms');
  const medplum = useMedplum();
  const { who } = useSession();
  const send = useAction(
    (answers: QuestionnaireResponse) =>
      medplum.createResource<QuestionnaireResponse>({
        ...answers,
        questionnaire: canonical,
        status: 'completed',
        subject: { reference: who.patient ?? '' },
        author: { reference: who.reference },
        source: { reference: who.reference },
        authored: new Date().toISOString(),
      }),
    { changes: ['QuestionnaireResponse', 'Task'], quiet: true, onDone: onSent },
  );
  return (
    <Stack>
      <Suspense fallback={<Pending />}>
        <QuestionnaireForm
          questionnaire={{ ...questionnaire, title: undefined }}
          subject={{ reference: who.patient ?? '' }}
          submitButtonText={t('send')}
          onSubmit={(answers) => send.mutate(answers)}
        />
      </Suspense>
      {send.isError && <ErrorNotice error={send.error} />}
    </Stack>
  );
}

/** @param focused - Whether the answers were sent just now, by the form that was here. */
function Thanks({ focused }: { readonly focused: boolean }): JSX.Element {
  const { t } = useTranslation('forms');
  return (
    <Done title={t('thanks')} focused={focused}>
      <Text size="sm">{t('thanksText')}</Text>
      <Anchor component={Link} to="/forms">
        {t('toForms')}
      </Anchor>
    </Done>
  );
}
