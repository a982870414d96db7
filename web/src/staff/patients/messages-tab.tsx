import { Grid } from '@mantine/core';
import type { JSX } from 'react';
import { PatientThread } from '../messages/patient-thread.tsx';
import { ChannelSettings } from './channel-settings.tsx';
import type { PartProps } from './part.ts';

/** What was written to and by a patient, a box to answer, and what they said about messages. */
export function MessagesTab({ patient }: PartProps): JSX.Element {
  return (
    <Grid gutter="lg">
      <Grid.Col span={{ base: 12, md: 8 }}>
        <PatientThread patient={patient} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <ChannelSettings patient={patient} />
      </Grid.Col>
    </Grid>
  );
}
