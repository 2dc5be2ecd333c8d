# What Psych makes of each line of standard input as a plain scalar, one answer per line: the same words as in
# plain_scalar_test.cpp.
require "psych"

scanner = Psych::ScalarScanner.new(Psych::ClassLoader::Restricted.new([], []))
STDIN.set_encoding("UTF-8")
STDIN.each_line(chomp: true) do |line|
  value = begin
    scanner.tokenize(line)
  rescue Psych::DisallowedClass, ArgumentError
    :refused
  end
  puts case value
       when :refused then "refused"
       when Integer then value.bit_length > 63 ? "refused" : "int #{value}"
       when Float then value.nan? ? "nan" : "float #{[value].pack("G").unpack1("H*")}"
       when String then "string #{value}"
       else value.inspect
       end
end
