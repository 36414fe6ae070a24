package dev.caravan.config;

import dev.caravan.inference.model.DownloadSettings;
import dev.caravan.inference.ort.DeviceRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the group Pipelines, but folders. */
final class PipelinesReader {

    private final Values values;

    private PipelinesReader(Values values) {
        this.values = values;
    }

    static Settings.Pipelines pipelines(Values values) throws ConfigException {
        return new PipelinesReader(values).pipelines();
    }

    static Settings.Inference inference(Values values) throws ConfigException {
        return new PipelinesReader(values).inference();
    }

    private Settings.Pipelines pipelines() throws ConfigException {
        Map<String, String> standIns = new LinkedHashMap<>();
        for (String pair : values.list(Option.STAND_IN)) {
            String[] ids = pair.split("=", 2);
            if (ids.length != 2 || ids[0].isBlank() || ids[1].isBlank()) {
                throw values.bad(Option.STAND_IN, pair, "write it as longlive=test-card");
            }
            standIns.put(ids[0].strip(), ids[1].strip());
        }
        return new Settings.Pipelines(
                values.find(Option.PIPELINE), standIns, values.secret(Option.HF_TOKEN), values.secret(Option.CIVITAI_API_TOKEN), downloads(), loras());
    }

    private Settings.Loras loras() throws ConfigException {
        List<String> hosts = values.lower(Option.LORA_HOSTS);
        for (String host : hosts) {
            if (!host.matches("([a-z0-9._-]+|\\[[0-9a-f:.]+])(:\\d{1,5})?")) {
                throw values.bad(Option.LORA_HOSTS, host, "use a name or address like nas.example.org:8080");
            }
        }
        return new Settings.Loras(
                values.address(Option.CIVITAI_ENDPOINT, "https://civitai.com").orElseThrow(),
                Set.copyOf(hosts),
                values.number(Option.MAX_LORA_MB, 1, 1 << 20) << 20);
    }

    private Settings.Downloads downloads() throws ConfigException {
        return new Settings.Downloads(
                values.address(Option.HF_ENDPOINT, DownloadSettings.HUGGING_FACE.toString()).orElseThrow(),
                proxy(),
                (int) values.number(Option.PARALLEL_DOWNLOADS, 1, DownloadSettings.MAX_PARALLEL));
    }

    /** Never repeats what was given: it may hold a password. */
    private Optional<Settings.Proxy> proxy() throws ConfigException {
        Optional<String> text = values.find(Option.PROXY);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text.get());
            if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
                Optional<Secret> login = Optional.ofNullable(uri.getUserInfo()).map(Secret::new);
                return Optional.of(new Settings.Proxy(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort(), login));
            }
        } catch (URISyntaxException e) {
            // Said below, like an address of another kind.
        }
        throw new ConfigException(values.name(Option.PROXY) + " cannot be used, write it as http://host:port or http://user:password@host:port");
    }

    private Settings.Inference inference() throws ConfigException {
        String text = values.text(Option.DEVICE).toLowerCase(Locale.ROOT);
        DeviceRequest device = Arrays.stream(DeviceRequest.values())
                .filter(known -> known.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> values.bad(Option.DEVICE, text, "use auto, cuda or cpu"));
        int threads = (int) values.number(Option.INFERENCE_THREADS, 0, 1024);
        return new Settings.Inference(
                device, values.path(Option.ORT), threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    }
}
