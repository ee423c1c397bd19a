namespace ReleaseTools.Engine.Images.Registries;

/// <summary>The tag that says of what inputs an image was built: <c>src-&lt;fingerprint&gt;</c>.</summary>
public static class SourceTag
{
    /// <summary>The tag of a fingerprint.</summary>
    public static string For(string fingerprint) => ImageReference.CheckTag("src-" + fingerprint);
}
