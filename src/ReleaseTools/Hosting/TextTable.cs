using System.Text;

namespace ReleaseTools.Hosting;

/// <summary>
/// A table whose last column holds text of any length. The text wraps beside the other columns; where they leave it too
/// little room, it goes under its row. A column without content is left out.
/// </summary>
internal sealed class TextTable(params string[] heads)
{
    private const int LeastRoom = 36;
    private const string Gap = "  ";
    private const string Indent = "    ";

    private readonly List<string[]> rows = [];

    /// <summary>Adds a row, a cell for each head.</summary>
    public void Add(params string[] cells) => rows.Add(cells);

    /// <summary>Writes the table in so many columns of the screen.</summary>
    public void WriteTo(StringBuilder text, int width)
    {
        var last = heads.Length - 1;
        var shown = Enumerable.Range(0, last).Where(column => rows.Exists(row => row[column].Length > 0)).ToList();
        var widths = shown.ToDictionary(column => column, column => rows.Max(row => Math.Max(row[column].Length, heads[column].Length)));
        var before = widths.Values.Sum() + (Gap.Length * shown.Count);
        var isBeside = width - before >= LeastRoom || rows.TrueForAll(row => before + row[last].Length <= width);

        Write(heads, isBeside ? [heads[last]] : []);
        Write([.. heads.Select((head, column) => new string('-', widths.GetValueOrDefault(column, head.Length)))], isBeside ? [new string('-', heads[last].Length)] : []);
        foreach (var row in rows)
            Write(row, TextWrap.Lines(row[last], isBeside ? width - before : width - Indent.Length));

        void Write(string[] cells, IReadOnlyList<string> rest)
        {
            var fixedCells = string.Concat(shown.Select(column => cells[column].PadRight(widths[column]) + Gap));
            text.AppendLine((isBeside && rest.Count > 0 ? fixedCells + rest[0] : fixedCells).TrimEnd());
            foreach (var line in rest.Skip(isBeside ? 1 : 0))
                text.AppendLine((isBeside ? new string(' ', before) : Indent) + line);
        }
    }
}
