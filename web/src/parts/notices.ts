/** What shows notifications, apart from what tells them (`notifications.show`). */
export { Notifications } from '@mantine/notifications';
