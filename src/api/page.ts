import express, { type Express } from 'express';

/** The built page. It holds no data of its own: what it shows it asks from the API, so it needs no log-in. */
export function servePage(app: Express, webDirectory: string): void {
  const options = { root: webDirectory, headers: { 'cache-control': 'no-cache' } };
  app.get('/login', (_request, response) => {
    response.sendFile('login.html', options);
  });
  app.use(
    express.static(webDirectory, {
      index: 'index.html',
      redirect: false,
      dotfiles: 'ignore',
      setHeaders: (response) => {
        response.setHeader('cache-control', 'no-cache');
      },
    }),
  );
}
