using System.Security.Cryptography;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Tests.Infrastructure;

public sealed class LentBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(1_000_003)]
    public async Task It_holds_all_of_a_stream(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        using var buffer = new LentBuffer();

        await buffer.FillAsync(new MemoryStream(bytes), default);

        buffer.Written.ToArray().ShouldBe(bytes);
    }
}
