// Asks the endpoint with OpenAI's client for JavaScript; prints what it makes of the answers.
import OpenAI from "openai";

const [baseURL, question] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: question }];

const whole = await client.chat.completions.create({ model: "citewise", messages });
const stream = await client.chat.completions.create({
  model: "citewise", messages, stream: true, stream_options: { include_usage: true },
});
let text = "", usage = null, finish = null;
const annotations = [];
for await (const chunk of stream) {
  usage = chunk.usage ?? usage;
  for (const { delta, finish_reason } of chunk.choices) {
    text += delta.content ?? "";
    annotations.push(...(delta.annotations ?? []));
    finish = finish_reason ?? finish;
  }
}
const errors = [];
for (const request of [
  { model: "gpt-4o", messages },
  { model: "citewise", messages: [] },
  { model: "citewise", messages: [{ role: "user", content: "" }], stream: true },
]) {
  try {
    await client.chat.completions.create(request);
  } catch (error) {
    errors.push({ name: error.constructor.name, status: error.status, code: error.code, message: error.message });
  }
}
const models = [];
for await (const model of client.models.list()) models.push(model.id);
console.log(JSON.stringify({ message: whole.choices[0].message, text, annotations, usage, finish, errors, models }));
