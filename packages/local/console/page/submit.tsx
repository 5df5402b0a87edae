import { useEffect, useRef, useState } from "preact/hooks";
import { go } from "./address.ts";
import { callApi, jsonBody, setToken } from "./api.ts";

interface Sending {
  readonly id: number;
  readonly name: string;
  /** 0 to 1. */
  readonly progress: number;
  readonly error?: string;
}

/** The maximum of a request itself; larger documents are uploaded. */
const maxBytesInCall = 4 * 1024 * 1024;

let nextId = 0;

/** A page has no AWS credentials. */
export const Signed = () => (
  <div class="submit">
    <p class="detail">The API takes signed requests only. Submit by a client that signs, such as</p>
    <pre>{`curl --aws-sigv4 aws:amz:us-east-1:execute-api --user local:local ${location.origin}/jobs -H "Content-Type: text/plain" -d "A text"`}</pre>
  </div>
);

/** @param wantsToken true where the API wants the token of its caller. */
export function Submit({ wantsToken }: { readonly wantsToken: boolean }) {
  const [text, setText] = useState("");
  const [isOver, setIsOver] = useState(false);
  const [sending, setSending] = useState<readonly Sending[]>([]);
  const files = useRef<HTMLInputElement>(null);
  const change = (id: number, to: Partial<Sending> | undefined) =>
    setSending((all) =>
      to === undefined ? all.filter((one) => one.id !== id) : all.map((one) => (one.id === id ? { ...one, ...to } : one)),
    );
  const send = async (name: string, submit: (progress: (part: number) => void) => Promise<string>, opens: boolean) => {
    const id = nextId++;
    setSending((all) => [...all, { id, name, progress: 0 }]);
    try {
      const jobId = await submit((progress) => change(id, { progress }));
      await nameJob(jobId, name);
      change(id, undefined);
      if (opens) go({ view: "jobs", jobId });
    } catch (error) {
      change(id, { error: error instanceof Error ? error.message : String(error) });
    }
  };
  const sendFiles = (list: Iterable<File>) => {
    const all = [...list];
    for (const file of all) void send(file.name, (progress) => submitFile(file, progress), all.length === 1);
  };
  const sendText = () => {
    if (text.trim() === "") return;
    setText("");
    void send("", () => submitText(text), true);
  };
  useEffect(() => pastedFiles(sendFiles), []);
  return (
    <form
      class="submit"
      onSubmit={(event) => {
        event.preventDefault();
        sendText();
      }}
    >
      {wantsToken && (
        <input
          type="password"
          class="token"
          autocomplete="off"
          placeholder="Token (JWT) of the caller"
          aria-label="Token of the caller"
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      )}
      <div
        class={isOver ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setIsOver(false);
          sendFiles(event.dataTransfer?.files ?? []);
        }}
      >
        <textarea
          id="new-text"
          rows={2}
          aria-label="Text of a new job"
          placeholder="Drop files, paste, or type a text"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            sendText();
          }}
        />
        <span class="submit-buttons">
          <button type="button" onClick={() => files.current?.click()}>
            Files
          </button>
          <button type="submit" class="primary">
            Submit
          </button>
        </span>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          aria-label="Files"
          onChange={({ currentTarget }) => {
            sendFiles(currentTarget.files ?? []);
            currentTarget.value = "";
          }}
        />
      </div>
      <ul class="sending" aria-live="polite">
        {sending.map(({ id, name, progress, error }) => (
          <li key={id}>
            <span class="title">{name || "text"}</span>
            {error === undefined ? (
              <progress value={progress} max={1} aria-label={`Upload of ${name || "text"}`} />
            ) : (
              <>
                <span class="detail bad">{error}</span>
                <button type="button" onClick={() => change(id, undefined)}>
                  Dismiss
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </form>
  );
}

function pastedFiles(send: (files: Iterable<File>) => void): () => void {
  const pasted = (event: ClipboardEvent) => {
    if ((event.clipboardData?.files.length ?? 0) > 0) send(event.clipboardData?.files ?? []);
  };
  addEventListener("paste", pasted);
  return () => removeEventListener("paste", pasted);
}

const submitText = (text: string): Promise<string> => jobOf(callApi("/jobs", { method: "POST", ...jsonBody({ text }) }));

async function submitFile(file: File, progress: (part: number) => void): Promise<string> {
  if (file.size <= maxBytesInCall) {
    const form = new FormData();
    form.append("file", file);
    return jobOf(callApi("/jobs", { method: "POST", body: form }));
  }
  const announced = await answerOf(callApi("/uploads", { method: "POST", ...jsonBody({ contentType: file.type, bytes: file.size }) }));
  const { uploadId, url, headers } = announced as { uploadId: string; url: string; headers: Record<string, string> };
  await put(url, headers, file, progress);
  return jobOf(callApi("/jobs", { method: "POST", ...jsonBody({ uploadId }) }));
}

/** `fetch` does not tell how much of a body is sent. */
function put(url: string, headers: Readonly<Record<string, string>>, file: File, progress: (part: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`The upload was answered ${request.status}.`)));
    request.onerror = () => reject(new Error("The upload broke off."));
    request.send(file);
  });
}

async function answerOf(response: Promise<Response>): Promise<unknown> {
  const answer = await response;
  const body = await answer.json();
  if (answer.ok) return body;
  const missing = answer.status === 401 ? "Enter a valid token of the caller above" : undefined;
  throw new Error(String(body.detail ?? missing ?? body.message ?? `The API answered ${answer.status}.`));
}

const jobOf = async (response: Promise<Response>): Promise<string> => String(((await answerOf(response)) as { jobId: string }).jobId);

/** The API keeps no names of files. */
async function nameJob(jobId: string, name: string): Promise<void> {
  if (name !== "") await callApi(`/console/api/jobs/${encodeURIComponent(jobId)}/name`, { method: "PUT", ...jsonBody({ name }) });
}
