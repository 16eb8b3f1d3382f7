import { describe, expect, it } from '@jest/globals';

import { Fault } from '../../../src/domain/faults.js';
import { readMailRoute } from '../../../src/domain/notices/mail-address.js';

function read(address: string): ReturnType<typeof readMailRoute> {
  const url = new URL(address);
  return readMailRoute(url, decodeURIComponent(url.username));
}

const TO = '?to=kim@example.org';

describe('readMailRoute', () => {
  it.each<[string, object]>([
    [`mailtos://smtp.example.org/${TO}`, { host: 'smtp.example.org', port: 587, security: 'starttls' }],
    [`mailtos://SMTP.Example.ORG:2587${TO}`, { host: 'smtp.example.org', port: 2587, security: 'starttls' }],
    [`mailtos://smtp.example.org:465/${TO}`, { port: 465, security: 'tls' }],
    [`mailtos://smtp.example.org/${TO}&mode=ssl`, { port: 465, security: 'tls' }],
    [`mailto://nas/${TO}`, { host: 'nas', port: 25, security: 'offered', verify: true }],
    [`mailto://nas:465/${TO}`, { security: 'tls' }],
    [`mailto://nas:465/${TO}&mode=starttls`, { port: 465, security: 'starttls' }],
    [`mailto://nas/${TO}&mode=insecure&verify=no`, { security: 'none', verify: false }],
    [`mailto://[::1]:2525/${TO}`, { host: '::1', port: 2525 }],
    [`mailto://bücher.example/${TO}`, { host: 'xn--bcher-kva.example' }],
  ])('reads the way of %s', (address, way) => {
    expect(read(address)).toMatchObject(way);
  });

  it.each<[string, string, string[]]>([
    [`mailto://nas.home/${TO}`, 'longplay@nas.home', ['kim@example.org']],
    [`mailto://192.168.1.5/${TO}`, 'longplay@[192.168.1.5]', ['kim@example.org']],
    [`mailto://[::1]/${TO}`, 'longplay@[IPv6:::1]', ['kim@example.org']],
    [`mailto://robin@nas.home/${TO}`, 'longplay@nas.home', ['kim@example.org']],
    [`mailto://robin%40example.org:pw@nas/${TO}`, 'robin@example.org', ['kim@example.org']],
    ['mailto://robin@example.org:pw@nas/', 'robin@example.org', ['robin@example.org']],
    ['mailto://nas/?from=books@example.org', 'books@example.org', ['books@example.org']],
    ['mailto://robin:pw@example.org?smtp=smtp.example.org', 'robin@example.org', ['robin@example.org']],
    ['mailto://nas/kim@example.org/lee@example.org', 'longplay@nas', ['kim@example.org', 'lee@example.org']],
    ['mailto://nas/?to=a+b@x.org,%20c@x.org,a+b@x.org', 'longplay@nas', ['a+b@x.org', 'c@x.org']],
    ['mailto://nas/?to=a@x.org&to=c@x.org', 'longplay@nas', ['a@x.org', 'c@x.org']],
  ])('reads the people of %s', (address, from, to) => {
    expect(read(address)).toMatchObject({ from: { name: 'Longplay', address: from }, to });
  });

  it('asks the server of smtp= and keeps the host for the sender', () => {
    expect(read('mailtos://robin:pw@example.org?smtp=smtp.example.org')).toMatchObject({
      host: 'smtp.example.org',
      port: 587,
    });
  });

  it('reads the name of the sender', () => {
    expect(read(`mailto://nas/${TO}&name=B%C3%BCcher%20zu%20Hause`).from.name).toBe('Bücher zu Hause');
  });

  it.each<[string, RegExp]>([
    ['mailto:s3cret@example.org', /name of a mail server as host/],
    [`mailto://robin@nas/${TO}&smtp=s3cret/x`, /name of a mail server as host/],
    ['mailto://robin:s3cret@example.org', /somebody to write to/],
    ['mailto://nas/?to=s3cret', /mail addresses to write to/],
    ['mailto://nas/?to=a@x.org%0d%0aBcc:s3cret@x.org', /mail addresses to write to/],
    ['mailto://nas/?to=a@x.org,<s3cret@x.org>', /something else in place 2/],
    [`mailto://nas/${TO}&from=s3cret`, /mail address behind from=/],
    [`mailto://nas/${TO}&from=a@x.org>s3cret`, /mail address behind from=/],
    [`mailto://nas/${TO}&name=a%0d%0as3cret`, /a name on one line/],
    [`mailto://nas/${TO}&mode=s3cret`, /mode=ssl, mode=starttls or mode=insecure/],
    [`mailtos://nas/${TO}&mode=insecure`, /mode=ssl or mode=starttls beside mailtos/],
    [`mailtos://nas/${TO}&verify=s3cret`, /verify=yes or verify=no/],
    [`mailtos://nas/${TO}&cc=s3cret@example.org`, /none but the options to, from/],
    [`https://nas/${TO}&s3cret`, /begins with mailto:/],
  ])('refuses %s without repeating it', (address, message) => {
    expect(() => read(address)).toThrow(Fault);
    expect(() => read(address)).toThrow(message);
    expect(() => read(address)).not.toThrow(/s3cret/);
  });
});
