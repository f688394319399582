// Reads an AsyncAPI document from standard input with AsyncAPI's own parser. Prints its diagnostics, and what the
// document says, as JSON.
const { Parser } = require('@asyncapi/parser');

async function main() {
  const text = require('fs').readFileSync(0, 'utf8');
  const { document, diagnostics } = await new Parser().parse(text);
  const messages = (document ? document.allOperations().all() : []).flatMap((operation) =>
    operation.messages().all().map((message) => ({
      operation: operation.id(),
      action: operation.action(),
      channel: operation.channels().all().map((channel) => channel.address()).join(),
      message: message.id(),
      name: message.name(),
      format: message.schemaFormat(),
      version: message.extensions().get('x-eventcatalog-message-version')?.value(),
      role: message.extensions().get('x-eventcatalog-role')?.value(),
      examples: message.examples().all().length,
    })),
  );
  const found = diagnostics.map(({ code, message, path, severity }) => ({ code, message, path: path.join('/'), severity }));
  process.stdout.write(JSON.stringify({ read: Boolean(document), diagnostics: found, messages }));
}

main();
