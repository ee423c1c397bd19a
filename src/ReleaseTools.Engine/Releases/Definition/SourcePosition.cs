using System.Runtime.InteropServices;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>A place in a file, both counted from 1 as editors do. Line 0 is the file as a whole.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SourcePosition(int Line, int Column)
{
    /// <summary>The place so many characters further on the same line.</summary>
    public SourcePosition Right(int characters) => this with { Column = Column + characters };
}
