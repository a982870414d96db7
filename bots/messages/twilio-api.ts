/** Twilio's own address, unless the project says otherwise (`TWILIO_API_BASE`). */
export const TWILIO_API = 'https://api.twilio.com';
