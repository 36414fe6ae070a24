package dev.caravan.api.loras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.ApiError;
import dev.caravan.api.Fields;
import dev.caravan.api.keys.ServiceTokens;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what clients write about adapters: the bodies of contract §1.6. An empty text counts as absent. */
final class LoraOrders {

    private static final Pattern HUB_FILE = Pattern.compile("/([^/]+/[^/]+)/resolve/[^/]+/(.+)");
    private static final Pattern CIVITAI_VERSION = Pattern.compile("/api/download/models/(\\d{1,18})/?");
    private static final Pattern REPO = Pattern.compile("[A-Za-z0-9._-]{1,96}/[A-Za-z0-9._-]{1,96}");
    private static final String CIVITAI_TOKEN = "civitai_token";

    private final LoraServers servers;

    LoraOrders(LoraServers servers) {
        this.servers = servers;
    }

    /** The body of {@code POST /api/v1/loras}. */
    LoraOrder install(ObjectNode body) {
        Fields fields = Fields.ofBody(body);
        String url = fields.requireText("url");
        Optional<String> filename = given(fields, "filename");
        fields.check();
        URI uri = servers.requireOffered(url);
        if (LoraServers.isHuggingFace(uri) && uri.getRawPath().contains("/blob/")) {
            throw ApiError.badRequest("This is a Hugging Face file preview page, not a download link. Write /resolve/ instead of /blob/, "
                    + "or copy the address of the page's download button.");
        }
        filename.ifPresent(LoraName::of);
        return new LoraOrder(
                servers.located(uri),
                Optional.empty(),
                filename.or(() -> fileName(uri)),
                Optional.empty(),
                provenance(uri),
                Optional.empty(),
                false);
    }

    /** The body of {@code POST /api/v1/lora/download}. */
    LoraOrder download(ObjectNode body) {
        Optional<String> token = takeToken(body);
        numbersToText(body);
        Fields fields = Fields.ofBody(body);
        fields.requireText("source");
        Optional<String> source = fields.oneOf("source", LoraProvenance.HUGGING_FACE, LoraProvenance.CIVITAI, LoraProvenance.URL);
        Optional<String> repo = given(fields, "repo_id");
        Optional<String> file = given(fields, "hf_filename");
        Optional<String> model = given(fields, "model_id");
        Optional<String> version = given(fields, "version_id");
        Optional<String> url = given(fields, "url");
        Optional<String> folder = given(fields, "subfolder");
        Optional<String> sha256 = given(fields, "expected_sha256");
        fields.check();
        return switch (source.orElseThrow()) {
            case LoraProvenance.HUGGING_FACE -> {
                if (repo.isEmpty() || file.isEmpty()) {
                    throw ApiError.badRequest("repo_id and hf_filename required for HuggingFace source");
                }
                yield hub(repo.get(), file.get(), folder, sha256);
            }
            case LoraProvenance.CIVITAI -> {
                if (version.isEmpty()) {
                    throw ApiError.badRequest("version_id required for CivitAI source");
                }
                yield civitai(model, version.get(), folder, sha256, token);
            }
            default -> {
                if (url.isEmpty()) {
                    throw ApiError.badRequest("url required for URL source");
                }
                yield address(url.get(), folder, sha256, token);
            }
        };
    }

    /** The body of {@code PUT /api/v1/lora/{filename}/provenance}. */
    static LoraProvenance provenance(ObjectNode body) {
        numbersToText(body);
        Fields fields = Fields.ofBody(body);
        fields.requireText("source");
        Optional<String> source = fields.oneOf("source", LoraProvenance.SOURCES.toArray(String[]::new));
        LoraProvenance provenance = new LoraProvenance(
                source.orElse(""),
                given(fields, "repo_id"),
                given(fields, "hf_filename"),
                given(fields, "model_id"),
                given(fields, "version_id"),
                given(fields, "url"));
        fields.check();
        return provenance;
    }

    private LoraOrder hub(String repo, String file, Optional<String> folder, Optional<String> sha256) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        if (!REPO.matcher(repo).matches() || repo.contains("..")) {
            throw ApiError.badRequest("repo_id must be written owner/name");
        }
        if (List.of(file.split("/", -1)).stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            throw ApiError.badRequest("Invalid destination path");
        }
        return new LoraOrder(
                servers.hubFile(repo, file),
                folder,
                Optional.of(name),
                Optional.empty(),
                LoraProvenance.huggingFace(repo, file, Optional.empty()),
                sha256,
                true);
    }

    private LoraOrder civitai(
            Optional<String> model, String version, Optional<String> folder, Optional<String> sha256, Optional<String> token) {
        if (!version.matches("\\d{1,18}")) {
            throw ApiError.badRequest("version_id must be a number");
        }
        return new LoraOrder(
                withToken(servers.civitaiFile(version), token),
                folder,
                Optional.empty(),
                Optional.of("civitai-" + version + LoraName.EXTENSION),
                LoraProvenance.civitai(model, version, Optional.empty()),
                sha256,
                true);
    }

    private LoraOrder address(String url, Optional<String> folder, Optional<String> sha256, Optional<String> token) {
        URI uri = servers.requireAny(url);
        URI located = servers.located(uri);
        return new LoraOrder(
                servers.isCivitai(located) ? withToken(located, token) : located,
                folder,
                fileName(uri),
                Optional.empty(),
                LoraProvenance.url(uri.toString()),
                sha256,
                true);
    }

    private static URI withToken(URI uri, Optional<String> token) {
        return token.filter(value -> WebAddress.query(uri, LoraServers.TOKEN).isEmpty())
                .map(value -> WebAddress.withQuery(uri, LoraServers.TOKEN, value))
                .orElse(uri);
    }

    /** What the address says of its file: a last name with a dot in it. */
    private static Optional<String> fileName(URI uri) {
        return WebAddress.lastName(uri).filter(name -> name.contains("."));
    }

    private static LoraProvenance provenance(URI uri) {
        String path = uri.getRawPath();
        Optional<String> url = Optional.of(uri.toString());
        Matcher hub = HUB_FILE.matcher(path);
        if (LoraServers.isHuggingFace(uri) && hub.matches()) {
            return LoraProvenance.huggingFace(hub.group(1), WebAddress.decode(hub.group(2).replace("+", "%2B")), url);
        }
        Matcher civitai = CIVITAI_VERSION.matcher(path);
        return civitai.matches()
                ? LoraProvenance.civitai(Optional.empty(), civitai.group(1), url)
                : LoraProvenance.url(uri.toString());
    }

    /** Taken out before anything else is read: a fault repeats what was given. */
    private static Optional<String> takeToken(ObjectNode body) {
        JsonNode token = body.remove(CIVITAI_TOKEN);
        if (token == null || token.isNull() || token.isTextual() && token.asText().isBlank()) {
            return Optional.empty();
        }
        String text = token.asText().strip();
        if (!token.isTextual() || !ServiceTokens.isToken(text)) {
            throw ApiError.badRequest(CIVITAI_TOKEN + " is not a token");
        }
        return Optional.of(text);
    }

    /** Ids are numbers to some clients. */
    private static void numbersToText(ObjectNode body) {
        for (String name : List.of("model_id", "version_id")) {
            if (body.path(name).isIntegralNumber()) {
                body.put(name, body.path(name).asText());
            }
        }
    }

    private static Optional<String> given(Fields fields, String name) {
        return fields.text(name).filter(text -> !text.isBlank());
    }
}
