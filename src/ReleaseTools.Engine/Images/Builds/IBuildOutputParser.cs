using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>Reads the output of <c>docker build</c> line by line.</summary>
internal interface IBuildOutputParser
{
    /// <summary>Takes in a line, and says what it means; null when it means nothing to a reader.</summary>
    ReleaseEvent? Read(string line);

    /// <summary>What is known about the failure, once the build has failed.</summary>
    BuildFailure Failure { get; }
}
