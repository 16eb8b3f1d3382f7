import { call } from './api.js';
import { byId, textOf } from './dom.js';

const form = byId('login', HTMLFormElement);
const notice = byId('notice', HTMLElement);

async function logIn(token: string): Promise<void> {
  try {
    await call('POST', '/api/session', { token });
    location.assign('/');
  } catch (error) {
    notice.textContent = error instanceof Error ? error.message : String(error);
    form.hidden = false;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void logIn(textOf(new FormData(form), 'token'));
});

const given = new URL(location.href).searchParams.get('token');
// The link's token is of no use afterwards, but it need not stay in the address bar.
history.replaceState(null, '', '/login');
if (given === null) {
  notice.textContent = 'Log in with a token.';
  form.hidden = false;
} else {
  void logIn(given);
}
