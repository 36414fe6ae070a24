package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** Whether a client still shows its wizard (contract §1.12); kept over restarts. Thread-safe. */
public final class OnboardingApi extends ApiRoutes {

    private static final List<String> TEXTS = List.of("inference_mode", "onboarding_style", "referral_source", "use_case");
    private static final int LONGEST = 200;

    private final Path file;

    /** @param file need not exist; its folder does */
    public OnboardingApi(Path file) {
        super("onboarding", "Whether a client still shows its wizard");
        this.file = file;
    }

    @Override
    protected void operations() {
        get("/api/v1/onboarding/status", "getOnboarding", "What was answered", request -> Reply.json(read()));
        put("/api/v1/onboarding/status", "putOnboarding", "Keep answers; absent and null ones stay as they are", request ->
                        Reply.json(merge(request.requireObject())))
                .jsonBody(
                        "completed, inference_mode, onboarding_style, referral_source, use_case", Map.of("completed", true))
                .answers(422, "wrong types");
    }

    private synchronized ObjectNode read() throws IOException {
        ObjectNode status = Json.MAPPER.createObjectNode().put("completed", true).put("inference_mode", "local");
        status.putNull("onboarding_style").putNull("referral_source").putNull("use_case");
        if (Files.isRegularFile(file) && Json.MAPPER.readTree(file.toFile()) instanceof ObjectNode kept) {
            status.fieldNames().forEachRemaining(name -> {
                if (kept.hasNonNull(name)) {
                    status.set(name, kept.get(name));
                }
            });
        }
        return status;
    }

    private synchronized ObjectNode merge(ObjectNode update) throws IOException {
        ObjectNode status = read();
        JsonNode completed = update.get("completed");
        if (completed != null && !completed.isNull()) {
            if (!completed.isBoolean()) {
                throw ValidationError.body("bool_type", "Input should be a valid boolean", completed, "completed");
            }
            status.set("completed", completed);
        }
        for (String name : TEXTS) {
            JsonNode text = update.get(name);
            if (text != null && !text.isNull()) {
                if (!text.isTextual() || text.asText().length() > LONGEST) {
                    throw ValidationError.body("string_type", "Input should be a string of at most 200 characters", text, name);
                }
                status.set(name, text);
            }
        }
        Path partial = Files.write(file.resolveSibling(file.getFileName() + ".part"), Json.write(status));
        Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        return status;
    }
}
