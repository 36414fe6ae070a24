// Shows the hub's API. With a token set, the description asks for it like every other call: so does this page, once per tab.
const key = "caravan-token";

async function start() {
  let answer = await describe();
  while (answer.status === 401) {
    const token = window.prompt("The hub's token");
    if (token === null) return;
    sessionStorage.setItem(key, token);
    answer = await describe();
  }
  window.SwaggerUIBundle({
    spec: await answer.json(),
    dom_id: "#api",
    deepLinking: true,
    requestInterceptor: request => {
      Object.assign(request.headers, authorization());
      return request;
    },
  });
}

function describe() {
  return fetch("/openapi.json", { headers: authorization() });
}

function authorization() {
  const token = sessionStorage.getItem(key);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

start();
