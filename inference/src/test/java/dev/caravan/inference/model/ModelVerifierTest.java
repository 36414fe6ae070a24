package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.model.ModelVerifier.Finding;
import dev.caravan.inference.model.ModelVerifier.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelVerifierTest {

    @TempDir
    Path models;

    private HubStandIn hub;
    private ModelStore store;
    private ModelFetcher fetcher;

    @BeforeEach
    void start() throws IOException {
        hub = new HubStandIn().withAllOf("rife").withAllOf("longlive");
        store = new ModelStore(models);
        fetcher = new ModelFetcher(
                store, DownloadSettings.of(hub.uri(), Optional::empty).withRetries(0),
                new Surroundings(() -> Instant.EPOCH, time -> {}, folder -> 1L << 50));
    }

    @AfterEach
    void stop() {
        fetcher.close();
        hub.close();
    }

    @Test
    void whatWasDownloadedIsFoundAsItCameWithoutAnyNetwork() throws Exception {
        fetcher.fetch(List.of("longlive"), new Transfer(() -> Instant.EPOCH));
        hub.requests.clear();
        Map<String, State> states = verify("longlive");
        assertTrue(states.values().stream().allMatch(State.OK::equals), states::toString);
        assertTrue(states.containsKey("Wan2.1-T2V-1.3B/google/sub dir/tokenizer.json"), states::toString);
        assertEquals(List.of(), hub.requests);
    }

    @Test
    void anyChangedByteIsFound() throws Exception {
        fetcher.fetch(List.of("rife"), new Transfer(() -> Instant.EPOCH));
        Path weights = models.resolve("RIFE/flownet.pkl");
        byte[] content = Files.readAllBytes(weights);
        content[3] ^= 1;
        Files.write(weights, content);
        assertEquals(Map.of("RIFE/config.json", State.OK, "RIFE/flownet.pkl", State.DAMAGED), verify("rife"));
        Files.writeString(weights, "short");
        assertEquals(State.DAMAGED, verify("rife").get("RIFE/flownet.pkl"));
        Files.delete(weights);
        assertEquals(State.MISSING, verify("rife").get("RIFE/flownet.pkl"));
    }

    @Test
    void aFileThatVanishedFromADirectoryIsMissed() throws Exception {
        fetcher.fetch(List.of("longlive"), new Transfer(() -> Instant.EPOCH));
        Files.delete(models.resolve("Wan2.1-T2V-1.3B/google/spiece.model"));
        assertEquals(State.MISSING, verify("longlive").get("Wan2.1-T2V-1.3B/google/spiece.model"));
    }

    @Test
    void aFilePutThereByHandIsComparedWithTheHubOnceAndRememberedWhenItIsRight() throws Exception {
        put("RIFE/config.json", "/daydreamlive/RIFE/resolve/main/config.json");
        put("RIFE/flownet.pkl", "mine");
        assertEquals(Map.of("RIFE/config.json", State.OK, "RIFE/flownet.pkl", State.DAMAGED), verify("rife"));
        assertEquals(List.of("config.json"), List.copyOf(Records.read(models.resolve("RIFE")).keySet()));
        assertEquals(1, hub.requests.size());
    }

    @Test
    void withoutAHubAFilePutThereByHandIsNotKnown() throws Exception {
        hub.close();
        put("RIFE/config.json", "mine");
        put("RIFE/flownet.pkl", "mine");
        assertEquals(Map.of("RIFE/config.json", State.UNKNOWN, "RIFE/flownet.pkl", State.UNKNOWN), verify("rife"));
    }

    @Test
    void tornAndForeignLinesOfTheRecordsAreNoRecords() throws Exception {
        fetcher.fetch(List.of("rife"), new Transfer(() -> Instant.EPOCH));
        Path notes = models.resolve("RIFE/.caravan.jsonl");
        Files.writeString(notes, "{\"path\":\"flownet.p" + Files.readString(notes) + "\n[]\n{\"path\":\"config.json\",\"si");
        assertEquals(Map.of("RIFE/config.json", State.OK, "RIFE/flownet.pkl", State.OK), verify("rife"));
    }

    private Map<String, State> verify(String pipeline) throws Exception {
        List<Finding> findings = new ArrayList<>();
        new ModelVerifier(store, fetcher).verify(List.of(pipeline), findings::add);
        Map<String, State> states = new TreeMap<>();
        findings.forEach(finding -> states.put(finding.file(), finding.state()));
        return states;
    }

    private void put(String file, String content) throws IOException {
        Path path = models.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
