using System.Collections.Concurrent;
using System.Globalization;
using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>Pushing blobs: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs</summary>
internal sealed class UploadEndpoint(ImageCatalog catalog, BlobStore blobs) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, UploadSession> sessions = new();

    /// <summary>Begins an upload, or ends at once: with <c>?mount=</c> of a blob that another repository holds, or with the whole blob in the body.</summary>
    public async Task<RegistryAnswer> BeginAsync(string repository, RegistryRequest request, CancellationToken cancellationToken)
    {
        catalog.With(repository, held => held.Name);
        if (request.Query["mount"] is { } mounted && Digest.IsValid(mounted) && request.Query["from"] is { } from && TryMount(repository, mounted, from))
            return Created(repository, mounted);

        var id = Guid.NewGuid();
        var session = new UploadSession(id, repository, blobs.Begin(id));
        sessions[id] = session;
        if (request.Query["digest"] is not { } digest)
            return Progress(session, 202);
        return await FinishAsync(session, digest, request.Body, cancellationToken);
    }

    /// <summary>Appends a chunk, which must begin where the last one ended.</summary>
    public async Task<RegistryAnswer> AppendAsync(string repository, string? reference, RegistryRequest request, CancellationToken cancellationToken)
    {
        var session = Enter(repository, reference);
        try
        {
            RequireRange(session, request.Headers["Content-Range"]);
            await session.AppendAsync(request.Body, cancellationToken);
            return Progress(session, 202);
        }
        finally
        {
            session.Leave();
        }
    }

    /// <summary>Ends an upload with its last bytes, if any, and the digest that the whole must have.</summary>
    public async Task<RegistryAnswer> EndAsync(string repository, string? reference, RegistryRequest request, CancellationToken cancellationToken)
    {
        var session = Enter(repository, reference);
        try
        {
            RequireRange(session, request.Headers["Content-Range"]);
            return await FinishAsync(session, request.Query["digest"] ?? string.Empty, request.Body, cancellationToken);
        }
        finally
        {
            session.Leave();
        }
    }

    /// <summary>How far an upload has come.</summary>
    public RegistryAnswer Status(string repository, string? reference) => Progress(Find(repository, reference), 204);

    /// <summary>Gives an upload up.</summary>
    public async Task<RegistryAnswer> CancelAsync(string repository, string? reference)
    {
        var session = Enter(repository, reference);
        sessions.TryRemove(session.Id, out _);
        await session.DisposeAsync();
        return new RegistryAnswer { Status = 204 };
    }

    /// <summary>Gives up the uploads that nobody ended.</summary>
    public void Dispose()
    {
        foreach (var id in sessions.Keys)
        {
            if (sessions.TryRemove(id, out var session))
                session.Dispose();
        }
    }

    private bool TryMount(string repository, string digest, string from)
    {
        var held = catalog.WithAll(all => all.GetValueOrDefault(from)?.Blobs.Contains(digest) == true);
        if (held)
            catalog.AddBlob(repository, digest);
        return held;
    }

    private async Task<RegistryAnswer> FinishAsync(UploadSession session, string digest, Stream rest, CancellationToken cancellationToken)
    {
        await session.AppendAsync(rest, cancellationToken);
        // From here the upload is over, whatever its digest turns out to be.
        sessions.TryRemove(session.Id, out _);
        await using (session)
        {
            if (await session.CloseAsync() != digest)
                throw RegistryException.DigestInvalid();
            blobs.Commit(session.File, digest);
        }
        catalog.AddBlob(session.Repository, digest);
        return Created(session.Repository, digest);
    }

    private UploadSession Enter(string repository, string? reference)
    {
        var session = Find(repository, reference);
        return session.TryEnter() ? session : throw new RegistryException(416, "BLOB_UPLOAD_INVALID", "another request is writing to this upload");
    }

    private UploadSession Find(string repository, string? reference) =>
        Guid.TryParse(reference, out var id) && sessions.TryGetValue(id, out var session) && session.Repository == repository
            ? session
            : throw RegistryException.UploadUnknown();

    private static void RequireRange(UploadSession session, string? contentRange)
    {
        if (contentRange is null)
            return;
        var start = contentRange.Replace("bytes ", string.Empty, StringComparison.OrdinalIgnoreCase).Split('-')[0];
        if (!long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) || offset != session.Received)
            throw new RegistryException(416, "BLOB_UPLOAD_INVALID", "the chunk does not begin where the upload stands");
    }

    // An upload without a byte stands at 0-0: Docker's own registry says so, and clients read the number after the hyphen.
    private static RegistryAnswer Progress(UploadSession session, int status) => new()
    {
        Status = status,
        Headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Location"] = $"/v2/{session.Repository}/blobs/uploads/{session.Id}",
            ["Docker-Upload-UUID"] = session.Id.ToString(),
            ["Range"] = $"0-{Math.Max(0, session.Received - 1)}",
        },
    };

    private static RegistryAnswer Created(string repository, string digest) => new()
    {
        Status = 201,
        Headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Location"] = $"/v2/{repository}/blobs/{digest}",
            ["Docker-Content-Digest"] = digest,
        },
    };
}
