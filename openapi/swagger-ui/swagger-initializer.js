// Starts Swagger UI on this gateway's own document. Nothing is asked of any other host: no validator,
// no sample document, and no top bar to load one from elsewhere.
const NoTopbar = () => ({ components: { Topbar: () => null } });

// "Authorize" is for all operations. Swagger UI would show each as unlocked by credentials already,
// because a gateway without an access file needs none.
const OneAuthorize = () => ({ components: { authorizeOperationBtn: () => null } });

// The curl command stays on the page after a logout, and people copy it into tickets.
const NoSecretsInCurl = ({ React }) => ({
  wrapComponents: {
    curl: (Curl) => (props) => {
      const hide = (value, name) => {
        if (/^x-api-key$/i.test(name)) return "YOUR_API_KEY";
        if (/^authorization$/i.test(name)) return value.replace(/ .*/, " YOUR_CREDENTIALS");
        return value;
      };
      const request = props.request.update("headers", (headers) => headers && headers.map(hide));
      return React.createElement(Curl, { ...props, request });
    },
  },
});

// Swagger UI's own text says that the API requires a client certificate.
const OptionalClientCertificate = ({ React }) => ({
  components: {
    MutualTLSAuth: ({ name, schema, getComponent }) => {
      const Markdown = getComponent("Markdown", true);
      return React.createElement("div", null,
        React.createElement("h4", null, React.createElement("code", null, name), " (mutualTLS)"),
        React.createElement(Markdown, { source: schema.get("description") }),
        React.createElement("p", null,
          "Install the certificate in your browser, which presents it when it connects."));
    },
  },
});

window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "../openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false, // credentials end with the page
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0, // the schemas below the operations are folded
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [NoTopbar, OneAuthorize, NoSecretsInCurl, OptionalClientCertificate],
    layout: "StandaloneLayout",
  });
});
