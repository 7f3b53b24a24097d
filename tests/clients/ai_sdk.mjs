// Asks the endpoint with the AI SDK, on which many chat pages are built.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";

const [baseURL, question] = process.argv.slice(2);
const model = createOpenAICompatible({ name: "citewise", baseURL, apiKey: "none" })("citewise");
const messages = [
  { role: "system", content: "Answer in one word." },
  { role: "user", content: "Hello." },
  { role: "assistant", content: "Hello!" },
  { role: "user", content: question },
];
const whole = await generateText({ model, messages, maxRetries: 0 });
const streamed = streamText({ model, messages, maxRetries: 0 });
let text = "";
for await (const part of streamed.textStream) text += part;
let error = null;
try {
  await generateText({ model, messages: [{ role: "user", content: "" }], maxRetries: 0 });
} catch (caught) {
  error = { status: caught.statusCode, message: caught.message };
}
console.log(JSON.stringify({ whole: whole.text, text, finish: await streamed.finishReason, error }));
